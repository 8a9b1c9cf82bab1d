import { columnNames, nameOf, rowsOf, userRelations } from '../catalog.ts';
import { concurrently } from '../index-parts.ts';
import { areMany, listingCheck } from '../listing.ts';

interface Unindexed {
  readonly name: string;
  readonly detail: string;
  readonly kind: string;
  readonly columns: string;
}

/** Deleting one row above reads all of the table below; a small table does not mind. */
export const foreignKeyIndexes = listingCheck<Unindexed>({
  id: 'foreign-key-indexes',
  title: 'foreign keys without an index',
  group: 'indexes',
  source: 'splinter 0001; jem-db: where rows above are deleted, or from 10 000 rows on',
  level: 'warning',
  sql: () => `
    SELECT ${nameOf('t')} AS name, t.relkind AS kind, ${columnNames('t.oid', 'k.conkey')} AS columns,
      format('%I: %s row(s), %s deleted in %s', k.conname, round(${rowsOf('t')}), coalesce(r.n_tup_del, 0), k.confrelid::regclass) AS detail,
      ${rowsOf('t')} AS size
    FROM pg_constraint k JOIN ${userRelations('t', 'rp')} ON t.oid = k.conrelid
    LEFT JOIN pg_stat_user_tables s ON s.relid = k.conrelid
    LEFT JOIN pg_stat_user_tables r ON r.relid = k.confrelid
    WHERE k.contype = 'f' AND k.conparentid = 0
      AND (r.n_tup_del > 0 OR ${rowsOf('t')} > 10000)
      AND NOT EXISTS (
        SELECT FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam
        WHERE i.indrelid = k.conrelid AND i.indisvalid AND i.indpred IS NULL AND m.amname IN ('btree', 'hash')
          AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)`,
  order: 'size DESC, name',
  none: 'every foreign key that needs an index has one',
  some: (count) =>
    `${areMany(count, 'foreign key has', 'foreign keys have')} no index: a row deleted above reads the whole table below`,
  hint: ({ name, columns, kind }) => `CREATE INDEX ${concurrently(kind)}ON ${name} (${columns});`,
});
