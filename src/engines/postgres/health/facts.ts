import { TLSSocket } from 'node:tls';
import type { HealthOptions } from '../../health.ts';
import type { PostgresSession } from '../session.ts';

export interface SeenSetting {
  /** In its unit. */
  readonly setting: string;
  /** `8kB`, `ms`; null: none. */
  readonly unit: string | null;
  /** `default`, `configuration file`, `database` … */
  readonly source: string;
  readonly pendingRestart: boolean;
  /** As it was when the server was built. */
  readonly bootValue: string | null;
}

/** What one look at a server tells that many checks need. */
export interface HealthFacts {
  /** 180006 for 18.6. */
  readonly version: number;
  readonly major: number;
  readonly standby: boolean;
  readonly database: string;
  readonly user: string;
  readonly may: {
    readonly superuser: boolean;
    /** Sessions of others are seen whole. */
    readonly readAllStats: boolean;
    readonly readAllSettings: boolean;
    readonly monitor: boolean;
  };
  /** The backend is not the one of the handshake: a pooler stands between. */
  readonly pooled: boolean;
  readonly encrypted: boolean;
  /** Moment at which the certificate that this session was shown ends; null: none was. */
  readonly certificateEnds: Date | null;
  readonly tenantColumns: readonly string[];
  /** Milliseconds. */
  readonly connectMs: number;
  /** Milliseconds that the server needed to say all this. */
  readonly answerMs: number;
  /** Settings by name; those that this role may not see are not there. */
  readonly settings: ReadonlyMap<string, SeenSetting>;
}

const look = `
SELECT current_setting('server_version_num')::int AS version, pg_is_in_recovery() AS standby,
  current_database()::text AS database, current_user::text AS "user", pg_backend_pid() AS pid,
  r.rolsuper AS superuser,
  pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS "readAllStats",
  pg_has_role(current_user, 'pg_read_all_settings', 'USAGE') AS "readAllSettings",
  pg_has_role(current_user, 'pg_monitor', 'USAGE') AS monitor
FROM pg_roles r WHERE r.rolname = current_user`;

const settingsSql = `
SELECT name, setting, unit, source, pending_restart AS "pendingRestart", boot_val AS "bootValue"
FROM pg_settings`;

interface Looked {
  readonly version: number;
  readonly standby: boolean;
  readonly database: string;
  readonly user: string;
  readonly pid: number;
  readonly superuser: boolean;
  readonly readAllStats: boolean;
  readonly readAllSettings: boolean;
  readonly monitor: boolean;
}

/** Two round trips. Throws what a session throws. */
export async function healthFacts(
  session: PostgresSession,
  { connectMs, tenantColumns }: Pick<HealthOptions, 'connectMs' | 'tenantColumns'>,
): Promise<HealthFacts> {
  const asked = performance.now();
  const [seen] = (await session.query(look)) as readonly unknown[] as readonly Looked[];
  const answerMs = performance.now() - asked;
  const { version, standby, database, user, pid, ...may } = seen!;
  const rows = await session.query(settingsSql);
  const settings = rows as readonly unknown[] as readonly (SeenSetting & { name: string })[];
  return {
    version,
    major: Math.floor(version / 10_000),
    standby,
    database,
    user,
    may,
    pooled: pid !== session.backendPid,
    encrypted: session.encrypted,
    certificateEnds: certificateEnds(session),
    tenantColumns,
    connectMs,
    answerMs,
    settings: new Map(settings.map(({ name, ...setting }) => [name, setting])),
  };
}

function certificateEnds({ client }: PostgresSession): Date | null {
  const { stream } = client.connection;
  if (!(stream instanceof TLSSocket)) return null;
  const { valid_to: ends } = stream.getPeerCertificate();
  return ends === undefined ? null : new Date(ends);
}

/** A setting as a number in its own unit; NaN where it is not to be seen. */
export function numberIn({ settings }: HealthFacts, name: string): number {
  return Number(settings.get(name)?.setting ?? 'NaN');
}

export function isOn({ settings }: HealthFacts, name: string): boolean {
  return settings.get(name)?.setting === 'on';
}
