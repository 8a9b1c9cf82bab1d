import type { NoPlan, WatchNote } from '../../slow.ts';
import { identifier } from '../quoting.ts';
import type { PostgresSession } from '../session.ts';

/** Kept in the text of our own statements, so that they are not listed among the slow ones. */
export const ownMark = '/* jem-db health slow */';

/** Where pg_stat_statements lies and what it has. */
export interface StatementSource {
  /** With its schema, as SQL has it; null: it cannot be read. */
  readonly view: string | null;
  readonly columns: ReadonlySet<string>;
  /** `pg_stat_statements_info`; null before version 1.9 of the extension. */
  readonly info: string | null;
  readonly missing: NoPlan | null;
  readonly notes: readonly WatchNote[];
  readonly role: string;
}

interface Look {
  readonly schema: string | null;
  readonly role: string;
  /** A setting that is defined, and no placeholder: the library is loaded. */
  readonly loaded: boolean;
  readonly libraries: string | null;
  readonly track: string | null;
  readonly queryId: string | null;
  readonly readable: boolean | null;
  readonly available: boolean;
  /** JSON. */
  readonly columns: string | null;
  readonly info: boolean;
}

const lookSql = `
SELECT ${ownMark} e.schema, current_user::text AS role,
  EXISTS (SELECT FROM pg_settings WHERE name = 'pg_stat_statements.max') AS loaded,
  (SELECT setting FROM pg_settings WHERE name = 'shared_preload_libraries') AS libraries,
  current_setting('pg_stat_statements.track', true) AS track,
  current_setting('compute_query_id', true) AS "queryId",
  has_schema_privilege(e.namespace, 'USAGE') AND has_function_privilege(e.function, 'EXECUTE')
    AS readable,
  EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements') AS available,
  (SELECT json_agg(attname)::text FROM pg_attribute
    WHERE attrelid = e.view AND attnum > 0 AND NOT attisdropped) AS columns,
  e.info IS NOT NULL AS info
FROM (VALUES (1)) one
LEFT JOIN (
  SELECT n.nspname::text AS schema, n.oid AS namespace,
    (SELECT oid FROM pg_class
      WHERE relnamespace = n.oid AND relname = 'pg_stat_statements') AS view,
    (SELECT oid FROM pg_class
      WHERE relnamespace = n.oid AND relname = 'pg_stat_statements_info') AS info,
    (SELECT oid FROM pg_proc
      WHERE pronamespace = n.oid AND proname = 'pg_stat_statements') AS function
  FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace
  WHERE x.extname = 'pg_stat_statements') e ON true`;

/** Looks for pg_stat_statements in whatever schema it was made. */
export async function findSource(session: PostgresSession): Promise<StatementSource> {
  const [row] = await session.query(lookSql);
  const look = row as unknown as Look;
  const missing = whyMissing(look);
  const within = (name: string): string => `${identifier(look.schema ?? '')}.${name}`;
  return {
    view: missing === null ? within('pg_stat_statements') : null,
    columns: new Set(JSON.parse(look.columns ?? '[]') as string[]),
    info: look.info ? within('pg_stat_statements_info') : null,
    missing,
    notes: missing === null ? notesOf(look) : [],
    role: look.role,
  };
}

const cost = 'It costs little, and is part of PostgreSQL.';

function whyMissing(look: Look): NoPlan | null {
  if (!look.loaded)
    return {
      reason: 'pg_stat_statements is not in shared_preload_libraries',
      hint: look.available
        ? `As a superuser: ${preload(look.libraries)} restart the server; then CREATE EXTENSION IF NOT EXISTS pg_stat_statements; in this database. ${cost}`
        : 'Install PostgreSQL’s contrib modules on the server first (package postgresql-contrib).',
    };
  if (look.schema === null)
    return {
      reason: 'pg_stat_statements is loaded, but not created in this database',
      hint: 'CREATE EXTENSION pg_stat_statements;',
    };
  if (look.readable === false)
    return {
      reason: `the role ${look.role} may not read pg_stat_statements`,
      hint: grantsToRead(look.schema, look.role),
    };
  return null;
}

function grantsToRead(schemaName: string, roleName: string): string {
  const [schema, role] = [schemaName, roleName].map(identifier);
  return `GRANT USAGE ON SCHEMA ${schema} TO ${role}; GRANT EXECUTE ON FUNCTION ${schema}.pg_stat_statements(boolean) TO ${role}; GRANT pg_read_all_stats TO ${role};`;
}

/**
 * One quoted text for each library: `'a,b'` would be the name of one library, which is not there,
 * and the server would not start again.
 */
function preload(libraries: string | null): string {
  const set = (libraries ?? '').split(',').map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
  const list = [...set.filter(Boolean), 'pg_stat_statements']
    .map((name) => `'${name.replaceAll("'", "''")}'`)
    .join(', ');
  const more =
    libraries === null
      ? ' (behind those that are set, each in quotes of its own; this role cannot see them)'
      : '';
  return `ALTER SYSTEM SET shared_preload_libraries = ${list};${more}`;
}

function notesOf({ track, queryId }: Look): WatchNote[] {
  const notes: WatchNote[] = [];
  if (track === 'none')
    notes.push({
      code: 'nothing-tracked',
      message: 'pg_stat_statements.track is none: nothing is counted',
      sql: "ALTER SYSTEM SET pg_stat_statements.track = 'top'; SELECT pg_reload_conf();",
    });
  if (queryId === 'off')
    notes.push({
      code: 'nothing-tracked',
      message: 'compute_query_id is off: pg_stat_statements counts nothing',
      sql: "ALTER SYSTEM SET compute_query_id = 'auto'; SELECT pg_reload_conf();",
    });
  return notes;
}
