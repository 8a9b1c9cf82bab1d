import { literal } from './quoting.ts';
import type { PostgresSession } from './session.ts';

const writersSql = (
  table: string,
): string => `SELECT coalesce(pg_catalog.quote_ident(r.rolname), 'PUBLIC') AS writer,
  pg_catalog.string_agg(DISTINCT a.privilege_type, ', ') AS rights
FROM pg_catalog.pg_class c CROSS JOIN pg_catalog.aclexplode(c.relacl) a
  LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) a.grantee
WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass(${literal(table)})
  AND a.grantee OPERATOR(pg_catalog.<>) c.relowner AND a.privilege_type OPERATOR(pg_catalog.<>) 'SELECT'
  AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
GROUP BY 1`;

/**
 * Takes from everybody else what default privileges have given them on a table of our own that was
 * made just now: an application that may write to all tables must not write to the records of its
 * migrations. Reading is left.
 */
export async function keepToOwner(session: PostgresSession, table: string): Promise<void> {
  for (const { writer, rights } of await session.query(writersSql(table)))
    await session.query(`REVOKE ${String(rights)} ON TABLE ${table} FROM ${String(writer)}`);
}
