import { nameOf, userRelations } from '../catalog.ts';
import { areMany, listingCheck } from '../listing.ts';

export const primaryKeys = listingCheck<{ name: string; detail: string; kind: string }>({
  id: 'primary-keys',
  title: 'tables without a primary key',
  group: 'indexes',
  source: 'splinter 0004',
  level: 'warning',
  sql: () => `
    SELECT ${nameOf('t')} AS name, t.relkind AS kind, format('about %s row(s)', greatest(t.reltuples, 0)) AS detail
    FROM ${userRelations('t', 'rp')}
    WHERE NOT t.relispartition
      -- The picture of the schema that jem-db keeps beside its ledger is one row.
      AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'ledger_state')
      AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)`,
  none: 'every table has a primary key',
  some: (count) =>
    `${areMany(count, 'table has', 'tables have')} no primary key: a row cannot be told from its double, nor be replicated`,
  hint: ({ name, kind }) =>
    kind === 'p'
      ? `ALTER TABLE ${name} ADD PRIMARY KEY (…); -- with the columns that it is partitioned by`
      : `ALTER TABLE ${name} ADD PRIMARY KEY (…); or, where no columns tell its rows apart: ALTER TABLE ${name} ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY; -- rewrites it`,
});
