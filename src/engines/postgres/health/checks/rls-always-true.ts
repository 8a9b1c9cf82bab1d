import { areMany, listingCheck } from '../listing.ts';
import { overTenants, tableName } from '../tenancy.ts';

interface Open {
  readonly name: string;
  readonly detail: string;
  readonly policy: string;
  readonly table: string;
}

/** Of several policies that let in, one that always does makes the others nothing. */
export const rlsAlwaysTrue = listingCheck<Open>({
  id: 'rls-always-true',
  title: 'policies that let every row through',
  group: 'tenancy',
  source: 'splinter 0024',
  level: 'critical',
  sql: (facts) =>
    overTenants(
      facts,
      (tables) => `
        SELECT ${tableName} || '.' || quote_ident(p.polname) AS name, ${tableName} AS "table", quote_ident(p.polname) AS policy,
          format('%s, for %s', CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
            (SELECT string_agg(coalesce(r.rolname, 'everybody'), ', ') FROM unnest(p.polroles) u (role) LEFT JOIN pg_roles r ON r.oid = u.role)) AS detail
        FROM ${tables} JOIN pg_policy p ON p.polrelid = t.oid
        WHERE p.polpermissive AND t.relrowsecurity
          AND CASE p.polcmd
            WHEN 'a' THEN ${isTrue('p.polwithcheck')}
            ELSE ${isTrue('p.polqual')} OR p.polqual IS NULL
              OR (p.polwithcheck IS NOT NULL AND ${isTrue('p.polwithcheck')}) END
          -- One for a role of its own, that reads for backups or reports, is meant.
          AND NOT (p.polcmd = 'r' AND p.polroles <> '{0}')`,
    ),
  none: 'no policy lets every row through',
  some: (count, { name, detail }) =>
    `${areMany(count, 'policy lets', 'policies let')} every row through: ${name} (${detail})`,
  hint: ({ table, policy }) =>
    `DROP POLICY ${policy} ON ${table}; or ALTER POLICY ${policy} ON ${table} USING (…); -- with the tenant in it`,
});

/** The constant true, as PostgreSQL keeps it; asking for its text would wait for a lock. */
function isTrue(tree: string): string {
  return `${tree}::text ~ '^\\{CONST :consttype 16 .*:constisnull false .*:constvalue 1 \\[ 1 '`;
}
