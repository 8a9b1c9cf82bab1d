import { type ErrorCode, JemError } from '../../../errors.ts';

interface Rule {
  readonly text: RegExp;
  readonly code: ErrorCode;
  readonly title: (found: string, server: string) => string;
  readonly why: string;
  readonly hint: string;
}

/** What pg_dump and the server say, and what an operator is told. The first that fits. */
const rules: readonly Rule[] = [
  {
    text: /No space left on device|Disk quota exceeded/,
    code: 'disk-full',
    title: () => 'No room is left for the backup',
    why: 'The disk that the backup is written to is full.',
    hint: 'Make room, `jem-db backup prune` may help, or name another repository; then run the command again.',
  },
  {
    text: /could not obtain lock on relation "(.+?)"|canceling statement due to lock timeout/,
    code: 'lock-timeout',
    title: (table) =>
      `Somebody began to change ${table === '' ? 'a table' : `table ${table}`} just as the backup began`,
    why: 'Its statement waits for the backup, and pg_dump would have to wait behind it.',
    hint: 'Run the command again when the migration is done; or with --jobs 1, which needs fewer locks.',
  },
  {
    text: /server closed the connection|terminating connection|could not (?:send|receive) data|SSL SYSCALL|no connection to the server|connection to server .* failed|the database system is/,
    code: 'connection-lost',
    title: (_, server) => `pg_dump lost its connection to ${server}, or got none`,
    why: 'The server was stopped or crashed, somebody ended the session, or the network broke.',
    hint: 'See the log of the server, and run the command again.',
  },
  {
    text: /remaining connection slots|too many (?:clients|connections)/,
    code: 'too-many-connections',
    title: (_, server) => `${server} has no connections left for pg_dump`,
    why: 'A backup takes twice as many sessions as it has jobs, and two more.',
    hint: 'Try again later, or with fewer --jobs.',
  },
  {
    text: /row-level security policy for table "(.+?)"/,
    code: 'backup-incomplete',
    title: (table) => `Row-level security would hide rows of table "${table}" from the backup`,
    why: 'It is active for this role.',
    hint: 'Use a role with BYPASSRLS, or the owner of the table.',
  },
  {
    text: /permission denied for ([^\n]+)/,
    code: 'backup-incomplete',
    title: (what) => `The user may not read all that is to be backed up: ${what}`,
    why: 'pg_dump reads everything with the rights of the user of the URL.',
    hint: 'GRANT pg_read_all_data to it, or use the owner or a superuser.',
  },
  {
    text: /out of shared memory/,
    code: 'server-capacity-passing',
    title: (_, server) => `The lock table of ${server} is full`,
    why: 'A dump locks every table, several sessions each their own.',
    hint: 'Use fewer --jobs, or raise max_locks_per_transaction (needs a restart).',
  },
  {
    text: /conflict with recovery/,
    code: 'recovery-conflict',
    title: (_, server) => `The standby ${server} cancelled the dump`,
    why: 'It stood in the way of changes that come from the primary.',
    hint: 'Raise max_standby_streaming_delay, set hot_standby_feedback = on, or use the primary.',
  },
  {
    text: /server version mismatch/,
    code: 'tool-missing',
    title: (_, server) => `pg_dump is older than ${server}`,
    why: 'A pg_dump cannot read a server that is newer than itself.',
    hint: 'Install the client programs of the version of the server, and name their folder: --postgres-bin DIR',
  },
  {
    text: /compressed data is corrupt|invalid page in block|could not read block|missing chunk number|unexpected chunk number/,
    code: 'corruption',
    title: () => 'DATA CORRUPTION: a table cannot be read',
    why: 'A page of it is damaged: disk, memory, or a file that was tampered with.',
    hint: 'Stop writing to it, copy the data folder, and restore from a backup that was verified.',
  },
];

/** The error of a pg_dump that failed, from the lines it wrote. */
export function dumpFailure(lines: readonly string[], server: string): JemError {
  const words = lines.join('\n');
  const rule = rules.find(({ text }) => text.test(words));
  const original = lines
    .filter((line) => !/detail:|^[^p]/.test(line))
    .slice(0, 6)
    .join('\n');
  const details = { ...(original !== '' && { original }), data: words };
  if (!rule)
    return new JemError('tool-failed', `pg_dump failed at ${server}`, {
      why: lines.find((line) => /error:|fatal:/.test(line)) ?? 'It gave no reason.',
      hint: 'Mend what it names and run the command again; nothing was published.',
      ...details,
    });
  const found = rule.text.exec(words)?.[1] ?? '';
  return new JemError(rule.code, rule.title(found, server), {
    ...{ why: rule.why, hint: rule.hint, ...details },
  });
}
