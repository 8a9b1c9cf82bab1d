import type { Environment, Warning } from '../engine.ts';
import type { Conninfo } from './conninfo.ts';
import { sslModeOf } from './conninfo-checks.ts';
import type { Values } from './conninfo-defaults.ts';
import { hostsOf, urlInside } from './conninfo-hosts.ts';
import { settingVariables } from './conninfo-keywords.ts';
import { withPasswords } from './conninfo-passwords.ts';
import type { Reading } from './uri.ts';

/**
 * Makes one Conninfo of what was given: hosts, names with their defaults, passwords of the
 * password file. Throws `bad-database-url`.
 */
export async function resolveConninfo(
  { driver, pool, strayAt }: Reading,
  values: Values,
  environment: Environment,
): Promise<{ conninfo: Conninfo; warnings: readonly Warning[] }> {
  const named = hostsOf(values, { mistyped: strayAt === 'host' });
  const user = valueOf(values, 'user') || environment.user;
  const database = valueOf(values, 'dbname') || user;
  if (user.includes('://')) throw urlInside('user name');
  if (database.includes('://')) throw urlInside('database name');

  const login = { user, database };
  const { hosts, passwordFrom, warnings } = await withPasswords(named, login, {
    values,
    environment,
  });
  const conninfo: Conninfo = {
    ...(driver && { driver }),
    hosts,
    user,
    database,
    ...(passwordFrom && { passwordFrom }),
    sslmode: sslModeOf(values),
    params: paramsOf(values),
    pool: Object.fromEntries(pool),
    settings: settingsOf(environment.env),
  };
  return { conninfo, warnings };
}

const valueOf = (values: Values, name: string): string => values.get(name)?.value ?? '';

/** Parameters that Conninfo has a field for. */
const ownFields = new Set(['host', 'hostaddr', 'port', 'user', 'password', 'dbname', 'sslmode']);

/** An empty value is libpq's "not given"; for sslsni alone it means off. */
function paramsOf(values: Values): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, { value }] of values)
    if (!ownFields.has(name) && (value !== '' || name === 'sslsni')) params[name] = value;
  return params;
}

function settingsOf(env: Environment['env']): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const [variable, name] of Object.entries(settingVariables)) {
    const value = env[variable];
    if (value && value.toLowerCase() !== 'default') settings[name] = value;
  }
  return settings;
}
