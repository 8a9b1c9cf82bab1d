import { userRelations } from '../catalog.ts';
import { listingCheck } from '../listing.ts';

interface Outdated {
  readonly name: string;
  readonly detail: string;
  readonly mend: string;
}

/**
 * Text sorts by a library of the system. Where an index was built with another version of it, rows
 * are not found in it that are there. Versions that nobody recorded tell nothing, and `C` has none.
 */
export const collationVersions = listingCheck<Outdated>({
  id: 'collation-versions',
  title: 'indexes built with another version of a collation',
  group: 'integrity',
  source: 'the manual, ALTER COLLATION; jem-db',
  level: 'critical',
  sql: ({ major }) => `
    SELECT format('collation %I.%I', n.nspname, c.collname) AS name,
      format('made with %s, now %s; %s', c.collversion, pg_collation_actual_version(c.oid), u.users) AS detail,
      format('%s ALTER COLLATION %I.%I REFRESH VERSION;', u.mend, n.nspname, c.collname) AS mend
    FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
    JOIN (${users}) u ON u.coll = c.oid
    WHERE c.collversion <> pg_collation_actual_version(c.oid)
    ${major >= 15 ? databases : ''}`,
  none: 'collations are of the version that indexes were built with',
  some: (count, { name, detail }) =>
    `${name}: ${detail}${count > 1 ? `; and ${count - 1} more` : ''}. Rows may not be found that are there`,
  hint: ({ mend }) => mend,
});

/** Indexes and partitions that sort by a collation; of many, all are built anew at once. */
const users = `
    SELECT d.coll, 'sorts ' || string_agg(DISTINCT d.name, ', ') AS users,
      CASE WHEN count(DISTINCT d.name) <= 3 THEN string_agg(DISTINCT d.mend, ' ')
        ELSE format('REINDEX DATABASE %I;', current_database()) END AS mend
    FROM (
      SELECT k.coll, format('%I.%I', tn.nspname, x.relname) AS name,
        format('REINDEX INDEX CONCURRENTLY %I.%I;', tn.nspname, x.relname) AS mend
      FROM pg_index i CROSS JOIN unnest(i.indcollation::oid[]) k (coll)
      JOIN ${userRelations('t', 'rpm')} ON t.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
      UNION
      SELECT k.coll, format('partitions of %I.%I', tn.nspname, t.relname), ''
      FROM pg_partitioned_table p CROSS JOIN unnest(p.partcollation::oid[]) k (coll)
      JOIN ${userRelations('t', 'p')} ON t.oid = p.partrelid
    ) d GROUP BY d.coll`;

/** Each database has one of its own, for all that names none. */
const databases = `
    UNION
    SELECT format('database %I', datname),
      format('made with %s, now %s', datcollversion, pg_database_collation_actual_version(oid)),
      format('In %I: REINDEX DATABASE %I; ALTER DATABASE %I REFRESH COLLATION VERSION;', datname, datname, datname)
    FROM pg_database WHERE datallowconn AND datcollversion <> pg_database_collation_actual_version(oid)`;
