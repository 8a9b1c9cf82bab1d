import { identifier } from '../quoting.ts';

/** What PgBouncer asks for a user that its own file does not know; fully qualified (CVE-2025-12819). */
export const authQuery = 'SELECT uname, phash FROM pgbouncer.user_lookup($1)';

/**
 * The role and the function by which PgBouncer looks passwords up. The role may run that one
 * function and nothing else. A password past its VALID UNTIL is none (CVE-2025-2291), and a
 * superuser is not let in through the pooler.
 */
export function lookupSql(authUser: string): string {
  const role = identifier(authUser);
  const inText = authUser.replaceAll("'", "''");
  return `-- Run it as a superuser in each database that PgBouncer serves. Then give the
-- role its password, without a clear text on the way:  \\password ${authUser}
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '${inText}') THEN
    CREATE ROLE ${role} LOGIN NOINHERIT;
  END IF;
END $$;
CREATE SCHEMA IF NOT EXISTS pgbouncer;
REVOKE ALL ON SCHEMA pgbouncer FROM PUBLIC;
GRANT USAGE ON SCHEMA pgbouncer TO ${role};
CREATE OR REPLACE FUNCTION pgbouncer.user_lookup(name text)
  RETURNS TABLE (uname text, phash text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT rolname::text,
    CASE WHEN rolvaliduntil < now() THEN NULL ELSE rolpassword END
  FROM pg_authid WHERE rolname = name AND rolcanlogin AND NOT rolsuper
$$;
REVOKE ALL ON FUNCTION pgbouncer.user_lookup(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pgbouncer.user_lookup(text) TO ${role};
`;
}
