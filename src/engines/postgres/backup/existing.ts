import type { LiveGrant, LiveLocale, LiveSetting } from '../scratch/live.ts';
import { grantsJson, localeJson, ownSettingsJson } from '../scratch/live-json.ts';
import type { PostgresSession } from '../session.ts';

/** What a database is apart from what lies in it. */
export interface DatabaseTraits {
  readonly owner: string;
  /** Null: the defaults. */
  readonly grants: readonly LiveGrant[] | null;
  readonly comment: string | null;
  /** -1: none. */
  readonly connectionLimit: number;
  readonly settings: readonly LiveSetting[];
}

/** A database that is there. */
export interface Existing extends DatabaseTraits {
  readonly oid: string;
  /** The session has the rights of its owner. */
  readonly mine: boolean;
  readonly locale: LiveLocale;
  readonly isTemplate: boolean;
  /** Null: that of a new database; to name it takes a right of its own. */
  readonly tablespace: string | null;
}

const sql = `
SELECT json_build_object(
  'oid', d.oid::text, 'owner', pg_get_userbyid(d.datdba), 'mine', pg_has_role(d.datdba, 'USAGE'),
  'locale', ${localeJson},
  'grants', ${grantsJson('d.datacl')},
  'comment', shobj_description(d.oid, 'pg_database'),
  'connectionLimit', d.datconnlimit, 'isTemplate', d.datistemplate,
  'tablespace', (SELECT spcname FROM pg_tablespace t WHERE t.oid = d.dattablespace
    AND t.oid <> (SELECT n.dattablespace FROM pg_database n WHERE n.datname = 'template0')),
  'settings', ${ownSettingsJson}
)::text AS existing
FROM pg_database d WHERE d.datname = $1`;

/** Reads a database's row of the catalog; null where there is none of that name. */
export async function readExisting(
  session: PostgresSession,
  name: string,
): Promise<Existing | null> {
  const [row] = await session.query(sql, [name]);
  return row ? (JSON.parse(String(row['existing'])) as Existing) : null;
}
