import { JemError } from '../../../errors.ts';
import { identifier } from '../quoting.ts';
import type { PostgresSession } from '../session.ts';
import { sqlName } from '../table-name.ts';

/** A table that a dump reads, or locks because it is the parent of such. */
export interface LockedTable {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
}

interface Seen {
  readonly tables: readonly (LockedTable & {
    readonly readable: boolean;
    readonly hidden: boolean;
  })[];
  /** Large objects, sequences that may not be read, as SQL names them. */
  readonly unreadable: readonly string[];
  readonly user: string;
}

/** Rows of a catalog's relation that pg_dump dumps, with `n` their schema. */
export const ofUser = `c.relnamespace = n.oid AND c.relpersistence <> 't'
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

/** What of extensions' own relations holds the user's data is named in `extconfig`. */
const notDumped = `EXISTS (SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
      AND d.refclassid = 'pg_extension'::regclass AND NOT c.oid = ANY (coalesce(e.extconfig, '{}')))`;

/** Reads catalogs only: it waits for nobody. */
const sql = `
SELECT json_build_object(
  'user', current_user,
  'tables', (SELECT coalesce(json_agg(json_build_object(
      'oid', c.oid::int8, 'schema', n.nspname, 'name', c.relname,
      'readable', has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'),
      'hidden', row_security_active(c.oid)) ORDER BY n.nspname, c.relname), '[]')
    FROM pg_class c, pg_namespace n
    WHERE ${ofUser} AND c.relkind IN ('r', 'p') AND NOT ${notDumped}),
  'unreadable', (SELECT coalesce(json_agg(u.what), '[]') FROM (
    SELECT format('SEQUENCE %I.%I', n.nspname, c.relname) AS what
    FROM pg_class c, pg_namespace n
    WHERE ${ofUser} AND c.relkind = 'S' AND NOT ${notDumped}
      AND NOT (has_sequence_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'))
    UNION ALL
    SELECT format('LARGE OBJECT %s', m.oid) FROM pg_largeobject_metadata m
    WHERE NOT (pg_has_role(m.lomowner, 'USAGE') OR current_setting('lo_compat_privileges')::boolean
      OR EXISTS (SELECT FROM aclexplode(m.lomacl) a WHERE a.privilege_type = 'SELECT'
        AND (a.grantee = 0 OR pg_has_role(a.grantee, 'USAGE'))))) u)
)::text AS seen`;

/**
 * The tables that a dump by this user would lock. Throws `backup-incomplete` where it would not get
 * to see all of them, or not all of their rows.
 */
export async function visibleTables(session: PostgresSession): Promise<readonly LockedTable[]> {
  const { tables, unreadable, user } = await readInside<Seen>(session, sql, 'seen');
  const hidden = tables.filter((table) => table.hidden);
  if (hidden.length > 0) throw rowsHidden(hidden, user);
  const closed = tables.filter(({ readable }) => !readable).map((table) => `TABLE ${label(table)}`);
  if (closed.length + unreadable.length > 0) throw notReadable([...closed, ...unreadable], user);
  return tables;
}

/** One JSON value, read with names that no search path can bend. */
export async function readInside<T>(
  session: PostgresSession,
  query: string,
  column: string,
): Promise<T> {
  const open = session.client.getTransactionStatus() === 'T';
  const [before, after] = open
    ? ['SAVEPOINT jem_db_look', 'ROLLBACK TO jem_db_look; RELEASE jem_db_look']
    : ['BEGIN READ ONLY; SET LOCAL statement_timeout = 0', 'COMMIT'];
  const text = `${before}; SET LOCAL search_path = pg_catalog; ${query}; ${after}`;
  const results = [await session.client.query<Record<string, unknown>>(text)].flat();
  const row = results.flatMap(({ rows }) => rows).find((one) => column in one);
  return JSON.parse(String(row?.[column])) as T;
}

function label({ schema, name }: LockedTable): string {
  return sqlName({ schema, table: name });
}

function rowsHidden(tables: readonly LockedTable[], user: string): JemError {
  const role = identifier(user);
  return new JemError('backup-incomplete', 'Row-level security would hide rows from the backup', {
    why: `It is active for ${role} on ${some(tables.map(label))}.`,
    hint: `Take backups as a role of their own that sees everything: ALTER ROLE ${role} BYPASSRLS (as a superuser), or the owner of all tables where none has FORCE ROW LEVEL SECURITY.`,
  });
}

function notReadable(what: readonly string[], user: string): JemError {
  const role = identifier(user);
  const large = what.some((one) => one.startsWith('LARGE OBJECT'));
  const grants = what.slice(0, 3).map((one) => `GRANT SELECT ON ${one} TO ${role};`);
  return new JemError(
    'backup-incomplete',
    `The role ${role} may not read all that is to be backed up`,
    {
      why: `It lacks the right SELECT, or USAGE of the schema, on ${some(what)}.`,
      hint: large
        ? `Use a superuser or the owner of the large objects; or ${grants.join(' ')}${what.length > 3 ? ' …' : ''}`
        : `GRANT pg_read_all_data TO ${role}; or one by one: ${grants.join(' ')}${what.length > 3 ? ' …' : ''}`,
    },
  );
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
