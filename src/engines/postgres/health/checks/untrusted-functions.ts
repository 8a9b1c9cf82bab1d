import { ofNoExtension, userSchema } from '../catalog.ts';
import { areMany, listingCheck } from '../listing.ts';

/** They do what the server's own user may: files, programs, network. */
export const untrustedFunctions = listingCheck({
  id: 'untrusted-functions',
  title: 'functions in untrusted languages',
  group: 'security',
  source: 'CIS 4; the manual, CREATE LANGUAGE',
  level: 'warning',
  sql: () => `
    SELECT format('%I.%I(%s)', n.nspname, f.proname, pg_get_function_identity_arguments(f.oid)) AS name,
      format('in %s, owned by %I', l.lanname, r.rolname) AS detail
    FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace AND ${userSchema('n')}
    JOIN pg_language l ON l.oid = f.prolang AND NOT l.lanpltrusted AND l.lanname <> 'sql'
    JOIN pg_roles r ON r.oid = f.proowner
    WHERE ${ofNoExtension('pg_proc', 'f.oid')}`,
  none: 'no function is in an untrusted language',
  some: (count, { name, detail }) =>
    `${areMany(count, 'function is', 'functions are')} in a language that the server cannot hold back: ${name}, ${detail}`,
  hint: ({ name }) =>
    `Read what it does. Where it is not needed: DROP FUNCTION ${name}; where it is: REVOKE EXECUTE ON FUNCTION ${name} FROM PUBLIC;`,
});
