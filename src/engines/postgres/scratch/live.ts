import { grantsJson, localeJson, membershipJson, roleJson } from './live-json.ts';
import type { Session } from '../../engine.ts';
import { parseTableName, sqlName } from '../table-name.ts';
import { ddlSettings } from './ddl-settings.ts';

/** A role as `pg_roles` shows it to everybody. */
export interface LiveRole {
  readonly rolname: string;
  readonly rolsuper: boolean;
  readonly rolinherit: boolean;
  readonly rolcreaterole: boolean;
  readonly rolcreatedb: boolean;
  readonly rolcanlogin: boolean;
  readonly rolreplication: boolean;
  readonly rolbypassrls: boolean;
}

export interface LiveMembership {
  readonly role: string;
  readonly member: string;
  readonly admin: boolean;
  /** Null before PostgreSQL 16. */
  readonly inherit: boolean | null;
  readonly set: boolean | null;
}

export interface LiveSetting {
  /** Null: for every role. */
  readonly role: string | null;
  /** For this database alone. */
  readonly inDatabase: boolean;
  /** `name=value`, as the catalog has them. */
  readonly settings: readonly string[];
}

export interface LiveGrant {
  /** Null: PUBLIC. */
  readonly grantee: string | null;
  readonly privilege: string;
  readonly grantable: boolean;
}

/** The part of a `pg_database` row that decides how texts are stored and sorted. */
export interface LiveLocale {
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  /** `c` libc, `i` ICU, `b` builtin. */
  readonly provider: string;
  readonly locale: string | null;
  readonly icuRules: string | null;
}

/** What a scratch database must know of the live one, all readable by everybody. */
export interface Live {
  /** With `startedAt` it tells whether two sessions are in the same database. */
  readonly databaseOid: string;
  readonly startedAt: string;
  readonly standby: boolean;
  readonly database: string;
  readonly owner: string;
  /** Null: the defaults. */
  readonly grants: readonly LiveGrant[] | null;
  readonly locale: LiveLocale;
  /** Name of the role that initdb made. */
  readonly bootstrap: string;
  readonly user: string;
  /** Null: there is no ledger. */
  readonly ledgerOwner: string | null;
  readonly roles: readonly LiveRole[];
  readonly memberships: readonly LiveMembership[];
  readonly roleSettings: readonly LiveSetting[];
  /** `name=value`: of the server's configuration, where they bear on DDL. */
  readonly serverSettings: readonly string[];
  /** `name=value`: what this session asked for when it began. */
  readonly sessionSettings: readonly string[];
  readonly tablespaces: readonly string[];
  /** Without plpgsql. */
  readonly extensions: readonly string[];
  /** The schema `public`; null where it was dropped. */
  readonly publicSchema: {
    readonly owner: string;
    readonly grants: readonly LiveGrant[] | null;
    /** The migrating role may change these grants itself. */
    readonly changeable: boolean;
  } | null;
}

/** `to_jsonb(row)` reads columns that some majors lack. */
const sql = `
WITH me AS (
  SELECT pg_get_userbyid(c.relowner)::text AS ledger_owner, coalesce(c.relowner, u.oid) AS migrator
  FROM pg_roles u LEFT JOIN pg_class c ON c.oid = to_regclass($1)
  WHERE u.rolname = current_user)
SELECT json_build_object(
  'databaseOid', d.oid::text, 'startedAt', pg_postmaster_start_time()::text,
  'standby', pg_is_in_recovery(),
  'database', d.datname, 'owner', pg_get_userbyid(d.datdba),
  'grants', ${grantsJson('d.datacl')},
  'locale', ${localeJson},
  'bootstrap', pg_get_userbyid(10), 'user', current_user, 'ledgerOwner', me.ledger_owner,
  'roles', (SELECT json_agg(${roleJson} ORDER BY oid)
    FROM pg_roles WHERE rolname !~ '^pg_'),
  'memberships', (SELECT coalesce(json_agg(${membershipJson}
      ORDER BY m.roleid, m.member), '[]') FROM pg_auth_members m),
  'roleSettings', (SELECT coalesce(json_agg(json_build_object(
      'role', CASE WHEN s.setrole <> 0 THEN pg_get_userbyid(s.setrole) END,
      'inDatabase', s.setdatabase <> 0, 'settings', s.setconfig)
      ORDER BY s.setdatabase, s.setrole), '[]')
    FROM pg_db_role_setting s WHERE s.setdatabase IN (0, d.oid)),
  'serverSettings', (SELECT coalesce(json_agg(name || '=' || reset_val ORDER BY name), '[]')
    FROM pg_settings WHERE lower(name) = ANY ($2)
      AND source IN ('configuration file', 'command line', 'environment variable', 'global')),
  'sessionSettings', (SELECT coalesce(json_agg(name || '=' || setting ORDER BY name), '[]')
    FROM pg_settings WHERE lower(name) = ANY ($2) AND source = 'client'),
  'tablespaces', (SELECT coalesce(json_agg(spcname ORDER BY spcname), '[]')
    FROM pg_tablespace WHERE spcname !~ '^pg_'),
  'extensions', (SELECT coalesce(json_agg(extname ORDER BY extname), '[]')
    FROM pg_extension WHERE extname <> 'plpgsql'),
  'publicSchema', (SELECT json_build_object('owner', pg_get_userbyid(n.nspowner),
      'grants', ${grantsJson('n.nspacl')},
      'changeable', pg_has_role(me.migrator, n.nspowner, 'USAGE'))
    FROM pg_namespace n WHERE n.nspname = 'public')
)::text AS live
FROM pg_database d, me WHERE d.datname = current_database()`;

/** Looks at the live server in one round trip. */
export async function readLive(session: Session, ledgerTable: string): Promise<Live> {
  const ledger = sqlName(parseTableName(ledgerTable));
  // The names are ours and plain: a list as PostgreSQL writes one.
  const rows = await session.query(sql, [ledger, `{${ddlSettings.join(',')}}`]);
  return JSON.parse(String(rows[0]?.['live'])) as Live;
}

/** The role that the migrations run as. */
export function migratorOf(live: Live): string {
  return live.ledgerOwner ?? live.user;
}

/** Whether a role has the rights of another by being a superuser. */
export function isSuperuser({ roles }: Live, name: string): boolean {
  return roles.some(({ rolname, rolsuper }) => rolname === name && rolsuper);
}
