import { rowsOf } from '../catalog.ts';
import { concurrently } from '../index-parts.ts';
import { areMany, listingCheck } from '../listing.ts';
import { overTenants, tableName } from '../tenancy.ts';

interface Unindexed {
  readonly name: string;
  readonly detail: string;
  readonly kind: string;
  readonly tenant: string;
}

export const tenantIndexes = listingCheck<Unindexed>({
  id: 'tenant-indexes',
  title: 'tables of tenants without an index that begins with the tenant',
  group: 'tenancy',
  source: 'jem-db: from 10 000 rows on',
  level: 'warning',
  sql: (facts) =>
    overTenants(
      facts,
      (tables) => `
        SELECT ${tableName} AS name, t.relkind AS kind, quote_ident(c.tenant) AS tenant, ${rowsOf('t')} AS size,
          format('%s row(s), no index begins with %I', round(${rowsOf('t')}), c.tenant) AS detail
        FROM ${tables} LEFT JOIN pg_stat_user_tables s ON s.relid = t.oid
        WHERE ${rowsOf('t')} >= 10000
          AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = c.number)`,
    ),
  order: 'size DESC, name',
  none: 'every large table of tenants has an index that begins with the tenant',
  some: (count, { name }) =>
    `${areMany(count, 'table of tenants has', 'tables of tenants have')} no index that begins with the tenant: every query of one reads the rows of all (${name})`,
  hint: ({ name, tenant, kind }) => `CREATE INDEX ${concurrently(kind)}ON ${name} (${tenant});`,
});
