import { JemError, type ErrorCode } from '../../../errors.ts';

interface Rule {
  readonly text: RegExp;
  readonly code: ErrorCode;
  readonly title: (found: string, server: string) => string;
  readonly why: string;
  readonly hint: string;
}

/** What a server says when a base backup fails, and what an operator is told. The first that fits. */
const rules: readonly Rule[] = [
  {
    text: /standby was promoted during online backup/,
    code: 'backup-incomplete',
    title: (_, server) => `${server} was promoted while it was backed up`,
    why: 'What was copied belongs to two timelines, and would not become consistent.',
    hint: 'Run the command again: it backs the new primary up.',
  },
  {
    text: /checksum verification fail/,
    code: 'corruption',
    title: (_, server) => `${server} found damaged pages as it read them`,
    why: 'Their checksums are wrong: a disk, memory or file system has altered them.',
    hint: 'The log of the server names the files. Keep the backups there are; restore one of them.',
  },
  {
    text: /full_page_writes=off/,
    code: 'backup-incomplete',
    title: (_, server) => `${server} replays a log without full pages`,
    why: 'Its primary has, or had, full_page_writes = off: pages that were half written cannot be mended.',
    hint: 'ALTER SYSTEM SET full_page_writes = on at the primary; then a CHECKPOINT; then try again.',
  },
  {
    text: /could not find WAL file|requested WAL segment (\S+) has already been removed|replication slot .* invalidated/,
    code: 'backup-incomplete',
    title: (_, server) => `${server} removed WAL that the backup needs`,
    why: 'The backup took longer than the server keeps its WAL (max_slot_wal_keep_size, wal_keep_size).',
    hint: 'Raise max_slot_wal_keep_size, or the rate; then try again.',
  },
  {
    text: /WAL summar|summarization|incremental backup/i,
    code: 'backup-incomplete',
    title: () => 'The server cannot say what has changed since the backup to build on',
    why: 'It has no summary of all WAL since then (summarize_wal, wal_summary_keep_time), or that backup is of another history.',
    hint: 'Take one backup without --incremental.',
  },
  {
    // basebackup_zstd.c; common/compression.c.
    text: /(\w+) compression is not supported by this build|this build does not support compression with (\w+)|unrecognized compression algorithm: "(\w+)"/,
    code: 'bad-setting',
    title: (method, server) => `${server} cannot compress with ${method}`,
    why: 'It was built without it, or does not know it.',
    hint: 'Leave --compress out for what it has, or choose another: --compress gzip, --compress none.',
  },
  {
    text: /max_wal_senders|all replication slots are in use/,
    code: 'too-many-connections',
    title: (_, server) => `${server} has no WAL sender left`,
    why: 'Standbys and other backups use all of max_wal_senders.',
    hint: 'Try again later, or raise max_wal_senders (a restart).',
  },
  {
    text: /no pg_hba\.conf entry for replication/,
    code: 'server-rule-rejects',
    title: (_, server) => `${server} lets nobody in for replication from here as this user`,
    why: 'A base backup goes over the replication protocol, which has lines of its own in pg_hba.conf: "all" does not mean it.',
    hint: 'Add a line: hostssl replication USER ADDRESS scram-sha-256; then SELECT pg_reload_conf().',
  },
];

/** A failure of the replication connection in words; what is none of its own stays as it is. */
export function baseFailure(error: unknown, server: string): unknown {
  if (!(error instanceof JemError)) return error;
  const words = error.details.original ?? '';
  const rule = rules.find(({ text }) => text.test(words));
  if (!rule) return error;
  const found = rule.text.exec(words)?.slice(1).find(Boolean) ?? '';
  const { original, sqlState } = error.details;
  return new JemError(rule.code, rule.title(found, server), {
    why: rule.why,
    hint: rule.hint,
    ...(original !== undefined && { original }),
    ...(sqlState !== undefined && { sqlState }),
    cause: error,
  });
}
