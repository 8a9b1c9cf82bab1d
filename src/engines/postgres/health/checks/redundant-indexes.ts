import { nameOf, sameTree, userRelations } from '../catalog.ts';
import { concurrently, droppable } from '../index-parts.ts';
import { areMany, listingCheck } from '../listing.ts';

/** In `indkey` and its like, numbers stand with spaces between: one begins with all of another. */
const begins = (whole: string, part: string): string =>
  `(${whole}::text || ' ') LIKE (${part}::text || ' %')`;

export const redundantIndexes = listingCheck<{ name: string; detail: string; kind: string }>({
  id: 'redundant-indexes',
  title: 'indexes that a longer one covers',
  group: 'indexes',
  source: 'PgHero, postgres-checkup H004; jem-db: from 1 MiB on',
  level: 'warning',
  sql: () => `
    SELECT DISTINCT ON (a.indexrelid) format('%I.%I', tn.nspname, x.relname) AS name, x.relkind AS kind,
      format('on %s, covered by %I', ${nameOf('t')}, y.relname) AS detail
    FROM pg_index a JOIN ${userRelations('t', 'rpm')} ON t.oid = a.indrelid
    JOIN pg_class x ON x.oid = a.indexrelid
    JOIN pg_am am ON am.oid = x.relam AND am.amname = 'btree'
    JOIN pg_index b ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid AND b.indisvalid
    JOIN pg_class y ON y.oid = b.indexrelid AND y.relam = x.relam
    WHERE ${droppable('a', 'x')} AND a.indexprs IS NULL
      -- A small one costs next to nothing.
      AND x.relpages::float8 * current_setting('block_size')::int >= ${2 ** 20}
      AND a.indnatts = a.indnkeyatts AND b.indnkeyatts >= a.indnkeyatts
      AND a.indkey::text <> b.indkey::text AND ${begins('b.indkey', 'a.indkey')}
      AND ${begins('b.indclass', 'a.indclass')} AND ${begins('b.indcollation', 'a.indcollation')}
      AND ${begins('b.indoption', 'a.indoption')} AND ${sameTree('a.indpred', 'b.indpred')}
    ORDER BY a.indexrelid, b.indexrelid`,
  none: 'no index of 1 MiB or more is covered by a longer one',
  some: (count, { name }) =>
    `${areMany(count, 'index is', 'indexes are')} covered by one that begins with the same columns: ${name}${count > 1 ? ' is the first' : ''}`,
  hint: ({ name, kind }) =>
    `DROP INDEX ${concurrently(kind)}${name}; -- keep it where queries live on its being small`,
});
