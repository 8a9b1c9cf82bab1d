import { nameOf, userRelations } from '../catalog.ts';
import { areMany, listingCheck } from '../listing.ts';

export const sequentialScans = listingCheck({
  id: 'sequential-scans',
  title: 'large tables that are mostly read from end to end',
  group: 'indexes',
  source: 'PgHero missing indexes; jem-db: from 100 000 rows and 100 scans on',
  level: 'warning',
  sql: () => `
    SELECT ${nameOf('t')} AS name, s.seq_tup_read AS read,
      format('%s rows; %s scans of %s rows each, %s by an index', coalesce(nullif(t.reltuples, -1)::bigint, s.n_live_tup), s.seq_scan, s.seq_tup_read / s.seq_scan, coalesce(s.idx_scan, 0)) AS detail
    FROM pg_stat_user_tables s JOIN ${userRelations('t', 'rm')} ON t.oid = s.relid
    WHERE coalesce(nullif(t.reltuples, -1), s.n_live_tup) >= 100000 AND s.seq_scan >= 100 AND s.seq_scan > coalesce(s.idx_scan, 0)
      -- Right behind a load, its rows are counted twice.
      AND s.seq_tup_read / s.seq_scan >= coalesce(nullif(t.reltuples, -1), s.n_live_tup) / 2`,
  order: 'read DESC',
  none: 'no large table is mostly read from end to end',
  some: (count, { name }) =>
    `${areMany(count, 'large table is', 'large tables are')} mostly read from end to end, ${name} the most: an index may be missing`,
  hint: ({ name }) =>
    `Find the queries on ${name} with \`jem-db health slow\`, and index what they look for. Scans that are wanted (reports, backups) are no harm.`,
});
