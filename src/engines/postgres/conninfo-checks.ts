import type { SslMode } from './conninfo.ts';
import type { Values } from './conninfo-defaults.ts';
import { refusal } from './conninfo-refusal.ts';
import { nearMiss } from '../../near-miss.ts';

const sslModes: readonly SslMode[] = [
  'disable',
  'allow',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
];

const protocolVersions = ['3.0', '3.2', 'latest'];

const choices: Readonly<Record<string, readonly string[]>> = {
  channel_binding: ['disable', 'prefer', 'require'],
  sslmode: sslModes,
  sslnegotiation: ['postgres', 'direct'],
  sslcertmode: ['disable', 'allow', 'require'],
  gssencmode: ['disable', 'prefer', 'require'],
  target_session_attrs: ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'],
  load_balance_hosts: ['disable', 'random'],
  min_protocol_version: protocolVersions,
  max_protocol_version: protocolVersions,
};

const wholeNumbers = [
  'connect_timeout',
  'keepalives',
  'keepalives_idle',
  'keepalives_interval',
  'keepalives_count',
  'tcp_user_timeout',
];

const authMethods = ['password', 'md5', 'gss', 'sspi', 'scram-sha-256', 'oauth', 'none'];

const tlsVersions = ['tlsv1', 'tlsv1.1', 'tlsv1.2', 'tlsv1.3'];

/** Refuses what libpq refuses before it connects. Throws `bad-database-url`. */
export function checkValues(values: Values): void {
  for (const [name, allowed] of Object.entries(choices)) checkChoice(values, name, allowed);
  for (const name of wholeNumbers) checkWholeNumber(name, values.get(name)?.value);
  checkAuthMethods(values.get('require_auth')?.value);
  checkTlsVersions(values);
  checkProtocolVersions(values);
  checkStrength(values);
}

/** The sslmode in force, libpq's defaults included. */
export function sslModeOf(values: Values): SslMode {
  const given = sslModes.find((mode) => mode === values.get('sslmode')?.value);
  return given ?? (values.get('sslrootcert')?.value === 'system' ? 'verify-full' : 'prefer');
}

/** The value in quotes where it is a plain word: anything else may be a piece of a password. */
const shown = (value: string): string => (/^[\w.-]{0,30}$/.test(value) ? ` "${value}"` : '');

function invalid(name: string, value: string, hint: string): Error {
  return refusal(
    `The database URL has an invalid ${name}${shown(value)}`,
    `No PostgreSQL client accepts that for ${name}; it may also come from a PG* variable or a service file.`,
    hint,
  );
}

function checkChoice(values: Values, name: string, allowed: readonly string[]): void {
  const value = values.get(name)?.value;
  if (value === undefined || allowed.includes(value)) return;
  const near = nearMiss(value, allowed);
  const meant = near === null ? '' : ` Did you mean ${near}?`;
  throw invalid(name, value, `Write one of ${allowed.join(', ')}.${meant}`);
}

function checkWholeNumber(name: string, value: string | undefined): void {
  if (value === undefined) return;
  const whole = /^\s*[+-]?\d+\s*$/.test(value) && Math.abs(Number(value)) < 2 ** 31;
  if (!whole) throw invalid(name, value, 'Write a whole number.');
}

function checkAuthMethods(list: string | undefined): void {
  if (!list) return;
  const methods = list.split(',');
  const negated = methods.filter((method) => method.startsWith('!'));
  const names = methods.map((method) => method.replace(/^!/, ''));
  const unknown = names.find((name) => !authMethods.includes(name));
  const hint = `Write some of ${authMethods.join(', ')}, each once; all of them with ! before, or none.`;
  if (unknown !== undefined) throw invalid('require_auth', unknown, hint);
  const mixed = negated.length > 0 && negated.length < methods.length;
  if (mixed || new Set(names).size < names.length) throw invalid('require_auth', list, hint);
}

function checkTlsVersions(values: Values): void {
  const rank = (name: string): number | null => {
    const value = values.get(name)?.value;
    if (!value) return null;
    const found = tlsVersions.indexOf(value.toLowerCase());
    if (found < 0) throw invalid(name, value, 'Write TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3.');
    return found;
  };
  const givenLeast = values.has('ssl_min_protocol_version');
  const least = givenLeast ? rank('ssl_min_protocol_version') : tlsVersions.indexOf('tlsv1.2');
  const most = rank('ssl_max_protocol_version');
  if (least === null || most === null || least <= most) return;
  throw refusal(
    'The least TLS version is above the greatest',
    `ssl_min_protocol_version is ${givenLeast ? 'given' : 'TLSv1.2 unless given'}, and ssl_max_protocol_version is lower.`,
    'Raise the greatest or lower the least.',
  );
}

function checkProtocolVersions(values: Values): void {
  const rank = (name: string): number => Number(values.get(name)?.value.replace('latest', '3.2'));
  if (!(rank('min_protocol_version') > rank('max_protocol_version'))) return;
  throw refusal(
    'The least protocol version is above the greatest',
    'min_protocol_version is higher than max_protocol_version.',
    'Raise the one or lower the other.',
  );
}

function checkStrength(values: Values): void {
  const mode = sslModeOf(values);
  if (values.get('sslrootcert')?.value === 'system' && mode !== 'verify-full')
    throw refusal(
      `sslmode ${mode} is too weak for sslrootcert=system`,
      "Anybody can have a certificate of the system's authorities, so the host name has to be checked as well.",
      'Write sslmode=verify-full, or leave sslmode out.',
    );
  const weak = ['disable', 'allow', 'prefer'].includes(mode);
  if (values.get('sslnegotiation')?.value === 'direct' && weak)
    throw refusal(
      `sslmode ${mode} is too weak for sslnegotiation=direct`,
      'A connection that starts with TLS cannot fall back to plain text.',
      'Write sslmode=require, verify-ca or verify-full.',
    );
}

/** Refuses pool words that SQLAlchemy would refuse. Throws `bad-database-url`. */
export function checkPool(pool: ReadonlyMap<string, string>): void {
  for (const [name, value] of pool) {
    if (name === 'pool_pre_ping') {
      if (!/^(true|false|yes|no|on|off|t|f|y|n|0|1)$/i.test(value))
        throw invalid(name, value, 'Write true or false.');
    } else if (!/^-?\d+(\.\d+)?$/.test(value)) throw invalid(name, value, 'Write a number.');
  }
}
