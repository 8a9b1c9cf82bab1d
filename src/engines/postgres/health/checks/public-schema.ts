import { userSchema } from '../catalog.ts';
import { areMany, listingCheck } from '../listing.ts';

/** What anybody makes there, others may run in place of what they meant (CVE-2018-1058). */
export const publicSchema = listingCheck({
  id: 'public-schema',
  title: 'schemas that anybody may make things in',
  group: 'security',
  source: 'CVE-2018-1058; PostgreSQL 15 took it away for new databases',
  level: 'warning',
  sql: () => `
    SELECT quote_ident(n.nspname) AS name, 'PUBLIC has CREATE' AS detail
    FROM pg_namespace n CROSS JOIN aclexplode(n.nspacl) g
    WHERE g.grantee = 0 AND g.privilege_type = 'CREATE' AND ${userSchema('n')}`,
  none: 'nobody may make things in a schema unasked',
  some: (count, { name }) =>
    `anybody may make tables and functions in ${areMany(count, 'schema', 'schemas')}: ${name}`,
  hint: ({ name }) => `REVOKE CREATE ON SCHEMA ${name} FROM PUBLIC;`,
});
