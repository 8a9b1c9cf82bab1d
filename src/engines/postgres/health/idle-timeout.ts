import type { Finding } from '../../health.ts';
import { type PostgresCheck, postgresCheck } from './check.ts';
import type { HealthFacts } from './facts.ts';
import { roleName } from './role-parts.ts';

interface RoleSetting {
  readonly name: string;
  /** What is set for it, by its role or its database; null: nothing. */
  readonly own: string | null;
  /** What the files of the server say, where this session has another; null: nothing. */
  readonly server: string | null;
}

interface Timeout {
  readonly id: string;
  readonly title: string;
  readonly setting: string;
  /** What stays as it is without it. */
  readonly harm: string;
}

/** Milliseconds. */
const longest = 15 * 60_000;
const units: Readonly<Record<string, number>> = {
  ...{ us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 },
};

/** A check that a timeout of 15 minutes or less holds for every role that may log in. */
export function idleTimeout({ id, title, setting, harm }: Timeout): PostgresCheck {
  return postgresCheck<RoleSetting>({
    ...{ id, title, group: 'security', unit: null, source: 'jem-db: 15 minutes' },
    thresholds: { warning: 1, critical: null },
    needs:
      'GRANT SELECT ON pg_file_settings TO {role}; GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO {role};',
    // As the server itself looks: for the role here, for the role, for the database, for all.
    sql: (facts) => `
      SELECT ${roleName('r')} AS name, (
        SELECT o.option_value FROM pg_db_role_setting s CROSS JOIN pg_options_to_table(s.setconfig) o
        WHERE o.option_name = '${setting}' AND s.setrole IN (0, r.oid)
          AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
        ORDER BY s.setrole = 0, s.setdatabase = 0 LIMIT 1) AS own,
        ${serverWide(facts, setting) === null ? `(SELECT f.setting FROM pg_file_settings f WHERE f.name = '${setting}' AND f.applied ORDER BY f.seqno DESC LIMIT 1)` : 'NULL'} AS server
      FROM pg_roles r
      WHERE r.rolcanlogin AND has_database_privilege(r.oid, current_database(), 'CONNECT') ORDER BY 1`,
    judge: (rows, facts) => judgeTimeout(rows, facts, { id, title, setting, harm }),
  });
}

function judgeTimeout(
  rows: readonly RoleSetting[],
  facts: HealthFacts,
  { setting, harm }: Timeout,
): Finding {
  const inFiles = rows[0]?.server ?? facts.settings.get(setting)?.bootValue ?? '';
  const server = serverWide(facts, setting) ?? inMs(inFiles);
  const times = rows.map(({ name, own }) => ({ name, ms: own === null ? server : inMs(own) }));
  const bad = times.filter(({ ms }) => !(ms > 0 && ms <= longest));
  const [first] = bad;
  const words = (ms: number): string => (ms ? `${Math.round(ms / 60_000)} min` : 'none');
  return {
    status: null,
    value: bad.length,
    summary: first
      ? `${bad.length} of ${rows.length} roles that may log in have no ${setting} of 15 min or less: ${harm}`
      : `${setting} is 15 min or less for every role that may log in`,
    hint: `ALTER SYSTEM SET ${setting} = '15min'; SELECT pg_reload_conf(); or, for one: ALTER ROLE … SET ${setting} = '15min';`,
    objects: bad.map(({ name, ms }) => ({ name, value: ms, detail: `${setting}: ${words(ms)}` })),
  };
}

/** Null: what this session has is not what others begin with. */
function serverWide({ settings }: HealthFacts, setting: string): number | null {
  const seen = settings.get(setting);
  const isServers = /^(default|configuration file|command line|environment variable)$/;
  return seen && isServers.test(seen.source) ? Number(seen.setting) : null;
}

/** `15min`, `900s`, `900000`, as SET takes them; NaN, which is never well, for anything else. */
function inMs(text: string): number {
  const [, amount = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/.exec(text) ?? [];
  return amount === '' ? NaN : Number(amount) * (unit === '' ? 1 : (units[unit] ?? NaN));
}
