import { parseDuration } from '../duration.ts';
import {
  roleKinds,
  type RoleKind,
  type RoleTimeouts,
  type WantedRole,
  type WantedRoles,
} from '../engines/roles.ts';
import { JemError } from '../errors.ts';
import { didYouMean } from '../near-miss.ts';

/** The settings of the set, as they were given. */
export interface RoleSettings {
  readonly prefix: string;
  readonly schemas: readonly string[];
  /** `application=web`, `application.statement_timeout=10s`. */
  readonly entries: readonly string[];
  readonly skip: readonly string[];
  readonly ledgerTable: string;
}

interface Default {
  readonly suffix: string;
  readonly connectionLimit: number | null;
  readonly timeouts: RoleTimeouts | null;
}

const seconds = 1000;
const minutes = 60 * seconds;

/** Idle sessions end after a quarter of an hour, whosoever they are (requirement X6). */
const times = (statement: number, idleInTransaction: number): RoleTimeouts => ({
  statement_timeout: statement,
  idle_in_transaction_session_timeout: idleInTransaction,
  idle_session_timeout: 15 * minutes,
});

const defaults: Readonly<Record<RoleKind, Default>> = {
  owner: { suffix: 'owner', connectionLimit: null, timeouts: null },
  migrator: { suffix: 'migrator', connectionLimit: 5, timeouts: times(60 * minutes, 5 * minutes) },
  application: { suffix: 'rw', connectionLimit: 50, timeouts: times(30 * seconds, minutes) },
  readonly: { suffix: 'ro', connectionLimit: 10, timeouts: times(5 * minutes, minutes) },
  // What a backup reads with has no limit of its own: it sets both to 0 while it works.
  backup: { suffix: 'backup', connectionLimit: 20, timeouts: times(60 * minutes, 15 * minutes) },
  monitor: { suffix: 'monitor', connectionLimit: 5, timeouts: times(10 * seconds, minutes) },
};

const skippable = ['readonly', 'backup', 'monitor', 'server-files'] as const;

/** The set that the settings describe. Throws `bad-setting`. */
export function wantedRoles(settings: RoleSettings): WantedRoles {
  const { prefix, schemas, skip, entries, ledgerTable } = settings;
  for (const each of skip) refuseUnknown(each, skippable, 'can be left out');
  const kinds = roleKinds.filter((kind) => !skip.includes(kind));
  const given = entriesOf(entries);
  const roles = kinds.map((kind) => roleOf(kind, prefix, given));
  for (const { name } of roles) refuseName(name);
  refuseTwice(roles);
  if (schemas.length === 0)
    throw new JemError('bad-setting', 'There is no schema that the roles are for', {
      hint: 'Name one or more: --schema public,shop',
    });
  for (const schema of schemas) refuseSchema(schema);
  return {
    roles,
    schemas: [...new Set(schemas)],
    serverFiles: !skip.includes('server-files'),
    ledgerTable,
  };
}

const limits = [
  'connection_limit',
  'statement_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'replication',
  'password',
] as const;

type Limit = (typeof limits)[number];

/** By `application` and `application.statement_timeout`. */
type Entries = ReadonlyMap<string, string>;

function entriesOf(entries: readonly string[]): Entries {
  const given = new Map<string, string>();
  for (const entry of entries) {
    const [, key = '', value = ''] = /^([^=]*)=(.*)$/s.exec(entry) ?? [];
    if (value.trim() === '')
      throw new JemError('bad-setting', `"${entry}" is nothing that a role can be told`, {
        hint: 'Write application=web for its name, application.connection_limit=80 for a limit.',
      });
    const [kind = '', limit] = key.trim().split('.');
    refuseUnknown(kind, roleKinds, 'is a role of the set');
    if (limit !== undefined) refuseLimit(kind, limit);
    given.set(key.trim(), value.trim());
  }
  return given;
}

function refuseLimit(kind: string, limit: string): void {
  refuseUnknown(limit, limits, 'is a limit of a role');
  const isOff =
    (limit === 'replication' && kind !== 'backup') || (kind === 'owner' && limit !== undefined);
  if (!isOff) return;
  throw new JemError('bad-setting', `The ${kind} role has no ${limit}`, {
    why: kind === 'owner' ? 'Nobody logs in as it.' : 'Only a backup copies the files of a server.',
  });
}

function refuseUnknown(word: string, known: readonly string[], what: string): void {
  if (known.includes(word)) return;
  throw new JemError('bad-setting', `"${word}" is nothing that ${what}`, {
    hint: `It is one of ${known.join(', ')}.${didYouMean(word, known)}`,
  });
}

function roleOf(kind: RoleKind, prefix: string, given: Entries): WantedRole {
  const { suffix, connectionLimit, timeouts } = defaults[kind];
  const entry = (limit: Limit): string | undefined => given.get(`${kind}.${limit}`);
  const yes = (limit: Limit, byDefault: boolean): boolean =>
    yesOrNo(`${kind}.${limit}`, entry(limit), byDefault);
  return {
    kind,
    name: given.get(kind) ?? `${prefix}_${suffix}`,
    connectionLimit: connectionLimit && numberIn(kind, entry('connection_limit'), connectionLimit),
    timeouts: timeouts && timeoutsIn(kind, timeouts, entry),
    replication: yes('replication', false),
    password: kind !== 'owner' && yes('password', true),
  };
}

function timeoutsIn(
  kind: RoleKind,
  timeouts: RoleTimeouts,
  entry: (limit: Limit) => string | undefined,
): RoleTimeouts {
  const time = (limit: keyof RoleTimeouts): number => {
    const text = entry(limit);
    if (text === undefined) return timeouts[limit];
    const ms = text === '0' ? 0 : parseDuration(text);
    if (ms !== null) return ms;
    throw new JemError('bad-setting', `"${text}" is not a time (${kind}.${limit})`, {
      hint: 'Write a number and a unit: 500ms, 10s, 5min, 1h; or 0 for none.',
    });
  };
  return {
    statement_timeout: time('statement_timeout'),
    idle_in_transaction_session_timeout: time('idle_in_transaction_session_timeout'),
    idle_session_timeout: time('idle_session_timeout'),
  };
}

function numberIn(kind: RoleKind, text: string | undefined, byDefault: number): number {
  if (text === undefined) return byDefault;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new JemError('bad-setting', `"${text}" is no number of connections (for ${kind})`, {
    hint: 'Write a whole number from 1.',
  });
}

function yesOrNo(what: string, text: string | undefined, byDefault: boolean): boolean {
  if (text === undefined) return byDefault;
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw new JemError('bad-setting', `"${text}" is neither yes nor no (${what})`);
}

/** A longer name would be cut by the server, and mean another role. */
const mostBytes = 63;

function refuseName(name: string): void {
  const isTaken = name.startsWith('pg_') || ['public', 'none', ''].includes(name);
  if (!isTaken && !name.includes('\0') && Buffer.byteLength(name) <= mostBytes) return;
  throw new JemError('bad-setting', `"${name}" cannot be the name of a role`, {
    why: `Names have at most ${mostBytes} bytes; those that begin with pg_, public and none are the server's.`,
  });
}

function refuseTwice(roles: readonly WantedRole[]): void {
  const names = roles.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new JemError('bad-setting', `Two roles of the set are called ${twice}`, {
    hint: 'Give each a name of its own: each has other rights.',
  });
}

function refuseSchema(name: string): void {
  const isSystem = name.startsWith('pg_') || name === 'information_schema';
  if (!isSystem && !name.includes('\0') && Buffer.byteLength(name) <= mostBytes) return;
  throw new JemError('bad-setting', `"${name}" is no schema that roles can be for`, {
    ...(isSystem && { why: 'It is the server’s own.' }),
  });
}
