import { listingCheck, areMany } from '../listing.ts';
import { overTenants, tableName } from '../tenancy.ts';

interface Open {
  readonly name: string;
  readonly detail: string;
  readonly tenant: string;
  readonly critical: boolean;
}

export const rlsMissing = listingCheck<Open>({
  id: 'rls-missing',
  title: 'tables of tenants without row-level security',
  group: 'tenancy',
  source: 'splinter 0007 and 0013; jem-db: critical where policies are there and not at work',
  level: 'warning',
  sql: (facts) =>
    overTenants(
      facts,
      (tables) => `
        SELECT ${tableName} AS name, p.policies > 0 AS critical, quote_ident(c.tenant) AS tenant,
          concat(quote_ident(c.tenant), CASE WHEN p.policies > 0 THEN format('; %s policies that are not at work', p.policies) END) AS detail
        FROM ${tables}
        CROSS JOIN LATERAL (SELECT count(*) AS policies FROM pg_policy y WHERE y.polrelid = t.oid) p
        WHERE NOT t.relrowsecurity`,
    ),
  order: 'critical DESC, name',
  none: 'every table of tenants has row-level security',
  some: (count, { name, critical }) =>
    `${areMany(count, 'table of tenants has', 'tables of tenants have')} no row-level security: one forgotten WHERE shows ${name} to everybody${critical ? ', although it has policies' : ''}`,
  hint: ({ name, tenant, critical }) =>
    `${critical ? '' : `CREATE POLICY tenant_policy ON ${name} USING (${tenant}::text = nullif(current_setting('jem_db.tenant', true), '')); `}ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;`,
});
