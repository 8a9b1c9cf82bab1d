import { type ErrorCode, JemError } from '../../../errors.ts';

/** What was being restored, for the words of an error. */
export interface RestoreAbout {
  /** Where to, for the reader. */
  readonly into: string;
  readonly server: string;
  /** How the target is after a failure: a sentence, empty where there is no target. */
  readonly after: string;
}

interface Rule {
  readonly text: RegExp;
  readonly code: ErrorCode;
  readonly title: (found: readonly string[], about: RestoreAbout) => string;
  readonly why: string;
  readonly hint: string;
  readonly retryable?: boolean;
}

/** What pg_restore and the server say, and what an operator is told. The first that fits. */
const rules: readonly Rule[] = [
  {
    text: /No space left on device/,
    code: 'disk-full',
    title: (_, { server }) => `The disk of ${server} is full`,
    why: 'The restored database takes more room than is left; while it is restored to one side, the old one keeps its own.',
    hint: 'Make room and run the command again. For a throwaway server: set TMPDIR to a folder on a larger disk.',
  },
  {
    text: /server closed the connection|connection to server .*(failed|lost)|terminating connection|could not (?:send|receive) data|SSL SYSCALL|no connection to the server|the database system is (?:shutting|starting|in recovery)/,
    code: 'connection-lost',
    title: (_, { server }) => `The connection to ${server} was lost in the middle of the restore`,
    why: 'The server was stopped or crashed (a full disk does that too), somebody ended the session, or the network broke.',
    hint: 'See the log of the server, and run the command again.',
  },
  {
    text: /unsupported version \(([\d.-]+)\) in file header/,
    code: 'tool-missing',
    title: ([, version]) => `pg_restore is too old for this dump (format ${version})`,
    why: 'The dump was written by a newer pg_dump.',
    hint: 'Install the client programs of the version that wrote it, and name their folder: --postgres-bin DIR',
  },
  {
    text: /could not uncompress|could not (?:read|open|close|find) .*(?:file|archive|block)|unexpected end of file|did not find magic string|incorrect (?:data|header) check|[Cc]orrupt|invalid (?:stored|block|code|distance|literal|bit length|compress)|does not appear to be a valid archive|large object TOC file|could not decompress|Restored data doesn't match checksum|too short/,
    code: 'backup-corrupt',
    title: () => 'The backup is damaged: pg_restore cannot read it',
    why: 'A file of the dump is missing, cut short or altered since it was written.',
    hint: 'See which with `jem-db backup check`, and restore another backup.',
  },
  {
    text: /COPY failed for table "(.+?)": ERROR: +(?:invalid input syntax|invalid byte|missing data for|extra data after|end-of-copy|literal |unquoted )/,
    code: 'backup-corrupt',
    title: ([, table]) => `A row of table "${table}" in the backup cannot be read`,
    why: 'The file of its rows was altered, or a type of an extension reads texts otherwise than where the backup was taken.',
    hint: 'See which file with `jem-db backup check`, and restore another backup.',
  },
  {
    text: /role "(.+?)" does not exist/,
    code: 'restore-failed',
    title: ([, role], { server }) => `The role "${role}" is missing on ${server}`,
    why: 'The backup names it as an owner or in a grant; roles belong to the server, not to the database.',
    hint: 'CREATE ROLE it there, or restore without owners and grants: --no-owner',
  },
  {
    text: /shared_preload_libraries/,
    code: 'restore-failed',
    title: (_, { server }) => `${server} has not loaded a library that the backup needs`,
    why: 'An extension of the backup works only where shared_preload_libraries names it.',
    hint: 'Restore into a server that is set up for it; to verify, name such a server: --scratch URL',
  },
  {
    text: /extension "(.+?)" is not available|extension "(.+?)" has no installation script|extension control file ".*\/(.+?)\.control"/,
    code: 'restore-failed',
    title: ([, a, b, c], { server }) =>
      `The extension ${a ?? b ?? c} is not installed on ${server}`,
    why: 'The backup uses it; its files belong to the server’s programs.',
    hint: 'Install its package beside the server, and run the command again.',
  },
  {
    text: /permission denied.*|must be (?:owner|superuser|a? ?member|able to SET ROLE).*|[Mm]ust be superuser.*/,
    code: 'permission-denied',
    title: ([words], { server }) => `The user may not restore this on ${server}: ${words}`,
    why: 'Owners and extensions can be restored by a superuser, or by a member of the roles concerned.',
    hint: 'Use such a user, or restore without owners and grants: --no-owner',
  },
  {
    text: /cannot drop (.+?) because other objects depend on it/,
    code: 'restore-refused',
    title: ([, what]) => `Other objects depend on ${what}`,
    why: 'It would have to be dropped and made anew; the others would go with it.',
    hint: 'Drop them first and make them again afterwards, or restore into another database.',
  },
  {
    text: /((?:type|function|schema|relation|collation|operator class|text search \w+) .+?) does not exist/,
    code: 'restore-failed',
    title: ([, what], { into }) => `The ${what} is missing in ${into}`,
    why: 'What is restored depends on it.',
    hint: 'Make it there first, or restore the whole backup into another database.',
  },
  {
    text: /out of shared memory/,
    code: 'server-capacity',
    title: (_, { server }) => `The lock table of ${server} is full`,
    why: 'One transaction restores everything here, and locks each object.',
    hint: 'Raise max_locks_per_transaction (needs a restart), or use a user who may create databases.',
  },
];

/** The error of a pg_restore that failed, from the lines it wrote. */
export function restoreFailure(lines: readonly string[], about: RestoreAbout): JemError {
  const errors = lines.filter((line) => !isRest(line));
  const words = errors.join('\n');
  const rule = rules.find(({ text }) => text.test(words));
  const original = errors.map(withoutValues).slice(0, 8).join('\n');
  const details = { ...(original !== '' && { original }), data: lines.join('\n') };
  const why = (text: string) => [text, about.after].filter(Boolean).join(' ');
  if (!rule)
    return new JemError('restore-failed', `Restoring into ${about.into} failed`, {
      why: why(firstWords(errors)),
      hint: 'See what pg_restore said below; where a row was refused, `jem-db backup check` tells whether the backup is damaged.',
      ...details,
    });
  return new JemError(rule.code, rule.title(rule.text.exec(words) ?? [], about), {
    ...{ why: why(rule.why), hint: rule.hint, ...details },
  });
}

/** What follows an error and may hold rows, or is a whole statement. */
function isRest(line: string): boolean {
  return !/^pg_\w+: /.test(line) || /^pg_\w+: (?:detail|hint|warning)/i.test(line);
}

function firstWords(errors: readonly string[]): string {
  const first = errors.find((line) => /error|fatal/i.test(line)) ?? errors[0];
  if (first === undefined) return 'pg_restore gave no reason.';
  return `${withoutValues(first.replace(/^pg_\w+: (?:error: )?(?:could not execute query: )?/, ''))}.`;
}

/** A value that the server refuses stands quoted at the end of its words. */
function withoutValues(line: string): string {
  return /invalid|out of range|value/.test(line) ? line.replace(/: ".*"/, ': "…"') : line;
}
