import { nameOf, userRelations } from '../catalog.ts';
import { areMany, listingCheck } from '../listing.ts';

export const publicGrants = listingCheck<{ name: string; detail: string; mend: string }>({
  id: 'public-grants',
  title: 'tables that anybody may read or write',
  group: 'security',
  source: 'CIS 4; jem-db',
  level: 'warning',
  sql: () => `
    SELECT ${nameOf('t')} AS name,
      'PUBLIC has ' || string_agg(DISTINCT g.privilege_type, ', ') AS detail,
      bool_or(g.privilege_type <> 'SELECT') AS writes,
      format('REVOKE ALL ON %s %s FROM PUBLIC;', CASE t.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, ${nameOf('t')}) AS mend
    FROM ${userRelations('t', 'rpvmfS')}
    CROSS JOIN LATERAL (
      SELECT a.grantee, a.privilege_type FROM aclexplode(t.relacl) a
      UNION SELECT a.grantee, a.privilege_type FROM pg_attribute c CROSS JOIN aclexplode(c.attacl) a WHERE c.attrelid = t.oid
    ) g
    WHERE g.grantee = 0 GROUP BY 1, t.relkind`,
  order: 'writes DESC, name',
  none: 'nobody may read or write a table unasked',
  some: (count, { name, detail }) =>
    `${areMany(count, 'table is', 'tables are')} open to every role: of ${name}, ${detail}`,
  hint: ({ mend }) => mend,
});
