import type { PostgresSession } from '../session.ts';
import { ownMark } from './source.ts';

/** What bears on the plan of a statement. */
export interface PlannerSettings {
  readonly searchPath: string;
  readonly workMemBytes: number;
}

/** What ALTER ROLE and ALTER DATABASE have set for a role here; the narrower wins. */
const setFor = (name: string): string => `(
  SELECT pg_catalog.substring(c, pg_catalog.length('${name}=') + 1)
  FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) c
  WHERE c LIKE '${name}=%'
    AND (s.setrole = 0 OR s.setrole = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $1))
    AND (s.setdatabase = 0 OR s.setdatabase =
      (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
  ORDER BY s.setrole <> 0 DESC, s.setdatabase <> 0 DESC LIMIT 1)`;

const likeRoleSql = `
SELECT ${ownMark}
  pg_catalog.set_config('search_path', pg_catalog.replace(
    coalesce(${setFor('search_path')}, pg_catalog.current_setting('search_path')),
    '"$user"', pg_catalog.quote_ident($1)), true) AS "searchPath",
  pg_catalog.set_config('work_mem',
    coalesce(${setFor('work_mem')}, pg_catalog.current_setting('work_mem')), true)`;

const settingsSql = `
SELECT ${ownMark} pg_catalog.current_setting('search_path') AS "searchPath",
  setting::float8 * 1024 AS "workMemBytes" FROM pg_catalog.pg_settings WHERE name = 'work_mem'`;

/**
 * Has the open transaction look for tables where a role does, and with its memory. Null: as this
 * session does.
 */
export async function planLike(
  { client }: PostgresSession,
  role: string | null,
): Promise<PlannerSettings> {
  if (role !== null) await client.query(likeRoleSql, [role]);
  const { rows } = await client.query<PlannerSettings>(settingsSql);
  return rows[0]!;
}

/** Our own questions are not to be answered by what lies in somebody's schema. */
export async function setSearchPath({ client }: PostgresSession, path: string): Promise<void> {
  await client.query("SELECT pg_catalog.set_config('search_path', $1, true)", [path]);
}
