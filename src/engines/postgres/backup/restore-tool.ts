import { join } from 'node:path';
import { JemError } from '../../../errors.ts';
import type { Progress } from '../../backing-up.ts';
import {
  type Binaries,
  foldersWith,
  majorOf,
  type WhereToLook,
  withVersions,
} from '../scratch/binaries.ts';
import type { PostgresSession } from '../session.ts';
import { toolAccess } from '../tool-access.ts';
import { runTool } from '../tool-run.ts';
import type { ArchiveEntry } from './archive.ts';
import { type RestoreAbout, restoreFailure } from './restore-errors.ts';
import { followRestore } from './restore-progress.ts';

/**
 * The pg_restore to use for a server: of its own major version where that can read the dump, else
 * the one nearest to it. Throws `tool-missing` with what to install.
 */
export async function restoreTool(
  dumpVersion: string,
  serverVersion: string,
  where: WhereToLook,
): Promise<Binaries> {
  const [dump, server] = [majorOf(dumpVersion), majorOf(serverVersion)];
  const folders = await foldersWith(['pg_restore'], where);
  const found = await withVersions(folders, where.signal, 'pg_restore');
  const distance = ({ major }: Binaries) => Math.abs(major - server);
  const [best] = found
    .filter(({ major }) => major >= dump)
    .toSorted((a, b) => distance(a) - distance(b));
  if (best) return best;
  const there = found.map(({ version, path }) => `${version} in ${path}`).join(', ');
  throw new JemError('tool-missing', `No pg_restore on this machine can read the backup`, {
    why: `pg_dump ${dumpVersion} wrote it, and an older pg_restore cannot read that. ${there === '' ? `${where.binaries ?? 'No usual place'} holds none.` : `Found: ${there}.`}`,
    hint: `Install postgresql-client-${Math.max(dump, server)}, or name the folder of its programs: --postgres-bin DIR`,
  });
}

export interface RestoreJob {
  readonly tool: Binaries;
  readonly folder: string;
  /** In the database to restore into, or on its server. */
  readonly session: PostgresSession;
  readonly database?: string;
  /** How many at once; null: one after the other, all in one transaction. */
  readonly jobs: number | null;
  readonly options?: readonly string[];
  readonly entries: readonly ArchiveEntry[];
  readonly about: RestoreAbout;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Runs pg_restore to its end. Throws what `restoreFailure` makes of its words. */
export async function runRestore(job: RestoreJob): Promise<void> {
  const { tool, folder, session, database, jobs, about, signal } = job;
  const access = { major: tool.major, ...(database !== undefined && { database }) };
  await using reach = await toolAccess(session, access);
  const isChatty = meetsOlderServer(job);
  if (isChatty && jobs === null) throw needsOlderTool(job);
  const watch = watchErrors(isChatty);
  const follow = followRestore(job.entries, job.onProgress);
  const how = jobs === null ? ['--single-transaction'] : [`--jobs=${jobs}`];
  const run = await runTool(
    join(tool.path, 'pg_restore'),
    [
      ...['--format=directory', '--verbose', '--no-password', '--dbname=service=jem-db'],
      ...(isChatty ? [] : ['--exit-on-error']),
      ...[...how, ...(job.options ?? []), folder],
    ],
    {
      ...{ user: null, cwd: '/', env: reach.env },
      signal: AbortSignal.any([signal, watch.failed]),
      onLine: (line) => follow.line(line) && watch.isWorthKeeping(line),
    },
  ).catch((error: unknown) => {
    if (signal.aborted) throw signal.reason;
    if (watch.failed.aborted) return { ok: false, lines: watch.lines };
    throw error;
  });
  if (!run.ok && !watch.isHarmless(run.lines)) throw restoreFailure(run.lines, about);
  follow.end();
}

/**
 * From 17 on pg_restore begins with `SET transaction_timeout`, which older servers refuse; then it
 * must be told to go on after errors.
 */
function meetsOlderServer({ tool, session }: RestoreJob): boolean {
  return tool.major >= 17 && majorOf(session.serverVersion) < 17;
}

function needsOlderTool({ tool, session, about }: RestoreJob): JemError {
  return new JemError(
    'tool-missing',
    `No pg_restore here fits PostgreSQL ${session.serverVersion}`,
    {
      why: `pg_restore ${tool.version} sets transaction_timeout, which that server does not know: it cannot restore in one transaction there. ${about.after}`,
      hint: `Install postgresql-client-${majorOf(session.serverVersion)}, or use a user who may create databases.`,
    },
  );
}

const timeoutError = /unrecognized configuration parameter "transaction_timeout"/;

/** Where pg_restore goes on after errors: ends it at the first that matters. */
function watchErrors(isChatty: boolean) {
  const stop = new AbortController();
  const lines: string[] = [];
  return {
    failed: stop.signal,
    lines,
    isWorthKeeping: (line: string): boolean => {
      if (!isChatty) return true;
      if (timeoutError.test(line) || /SET transaction_timeout = 0/.test(line)) return false;
      lines.push(line);
      if (line.startsWith('pg_restore: error:')) stop.abort(new Error('pg_restore failed'));
      return true;
    },
    isHarmless: (kept: readonly string[]): boolean =>
      isChatty &&
      kept.some((line) => line.startsWith('pg_restore: warning: errors ignored')) &&
      !kept.some((line) => line.startsWith('pg_restore: error:')),
  };
}
