import type { NotApplicable } from '../../health.ts';
import { nameOf, userRelations } from './catalog.ts';
import type { HealthFacts } from './facts.ts';

/**
 * For FROM: tables `t` (schema `tn`) that have a column which says whose a row is, its number as
 * `c.number`, its name as `c.tenant`. Partitions are reached through their table.
 */
function tenantTables({ tenantColumns }: HealthFacts): string {
  const names = tenantColumns.map((name) => `'${name.replaceAll("'", "''")}'`).join(', ');
  return `${userRelations('t', 'rp')} AND NOT t.relispartition
    JOIN LATERAL (
      SELECT a.attnum AS number, a.attname AS tenant FROM pg_attribute a
      WHERE a.attrelid = t.oid AND NOT a.attisdropped AND a.attname IN (${names})
      ORDER BY a.attnum LIMIT 1) c ON true`;
}

/** A query, where there are names to look for. */
export function overTenants(
  facts: HealthFacts,
  sql: (tables: string) => string,
): string | NotApplicable {
  return facts.tenantColumns.length === 0
    ? { notApplicable: 'no column is named that says whose a row is (tenantColumns)' }
    : sql(tenantTables(facts));
}

export const tableName = nameOf('t');
