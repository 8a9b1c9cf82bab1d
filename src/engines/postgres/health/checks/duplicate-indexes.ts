import { nameOf, sameTree, userRelations } from '../catalog.ts';
import { areMany, listingCheck } from '../listing.ts';
import { concurrently, droppable } from '../index-parts.ts';

/** Never one that holds a constraint, or is unique: what it forbids would be allowed. */
export const duplicateIndexes = listingCheck<{ name: string; detail: string; kind: string }>({
  id: 'duplicate-indexes',
  title: 'indexes that are there twice',
  group: 'indexes',
  source: 'PgHero, postgres-checkup H004',
  level: 'warning',
  sql: () => `
    SELECT DISTINCT ON (a.indexrelid) format('%I.%I', tn.nspname, x.relname) AS name, x.relkind AS kind,
      format('on %s, the same as %I', ${nameOf('t')}, y.relname) AS detail
    FROM pg_index a JOIN ${userRelations('t', 'rpm')} ON t.oid = a.indrelid
    JOIN pg_class x ON x.oid = a.indexrelid
    JOIN pg_index b ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid AND b.indisvalid
    JOIN pg_class y ON y.oid = b.indexrelid AND y.relam = x.relam
    WHERE ${droppable('a', 'x')}
      AND (NOT ${droppable('b', 'y')} OR b.indexrelid < a.indexrelid)
      AND a.indkey::text = b.indkey::text AND a.indnkeyatts = b.indnkeyatts
      AND a.indclass::text = b.indclass::text AND a.indcollation::text = b.indcollation::text
      AND a.indoption::text = b.indoption::text
      AND ${sameTree('a.indexprs', 'b.indexprs')} AND ${sameTree('a.indpred', 'b.indpred')}
    ORDER BY a.indexrelid, b.indexrelid`,
  none: 'no index is there twice',
  some: (count, { name }) =>
    `${areMany(count, 'index does', 'indexes do')} what another does as well: ${name}${count > 1 ? ' is the first' : ''}`,
  hint: ({ name, kind }) => `DROP INDEX ${concurrently(kind)}${name};`,
});
