import { nameOf, userRelations } from '../catalog.ts';
import { areMany, listingCheck } from '../listing.ts';

export const rlsWithoutPolicy = listingCheck({
  id: 'rls-without-policy',
  title: 'row-level security without a policy',
  group: 'tenancy',
  source: 'splinter 0008',
  level: 'warning',
  sql: () => `
    SELECT ${nameOf('t')} AS name, 'nobody but its owner sees a row' AS detail
    FROM ${userRelations('t', 'rp')}
    WHERE t.relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polpermissive)`,
  none: 'wherever row-level security is on, a policy lets somebody in',
  some: (count, { name }) =>
    `${areMany(count, 'table has', 'tables have')} row-level security and no policy that lets anybody in: ${name}${count > 1 ? ' is the first' : ''}`,
  hint: ({ name }) => `CREATE POLICY … ON ${name} USING (…); -- with whose rows they are in it`,
});
