import { join } from 'node:path';
import type { Compression } from '../../backing-up.ts';
import type { Binaries } from '../scratch/binaries.ts';
import type { PostgresSession } from '../session.ts';
import { toolAccess } from '../tool-access.ts';
import { runTool } from '../tool-run.ts';
import { dumpFailure } from './dump-errors.ts';
import { compressOption } from './dump-tool.ts';
import { lockTimeout, type Snapshot } from './snapshot.ts';

export interface DumpJob {
  readonly tool: Binaries;
  readonly compression: Compression;
  /** Empty. */
  readonly folder: string;
  readonly jobs: number;
  readonly signal: AbortSignal;
  /** Told of a table whose rows are in the dump, by its name without the schema. */
  readonly onDumped: (table: string) => void;
}

/** Dumps a snapshot into a folder. Throws what `dumpFailure` makes of pg_dump's words. */
export async function runDump(
  session: PostgresSession,
  { name, standby }: Snapshot,
  { tool, compression, folder, jobs, signal, onDumped }: DumpJob,
): Promise<void> {
  await using access = await toolAccess(session, { major: tool.major });
  const run = await runTool(
    join(tool.path, 'pg_dump'),
    [
      ...['--format=directory', `--file=${folder}`, `--jobs=${jobs}`, `--snapshot=${name}`],
      ...[`--lock-wait-timeout=${lockTimeout}`, '--verbose', '--no-password'],
      // What is made of the files is made to last at the end.
      ...['--no-sync', ...compressOption(tool, compression)],
      ...(standby ? ['--no-unlogged-table-data'] : []),
      '--dbname=service=jem-db',
    ],
    {
      user: null,
      cwd: '/',
      env: access.env,
      signal,
      onLine: (line) => follow(line, jobs, onDumped),
    },
  );
  if (!run.ok) throw dumpFailure(run.lines, session.server);
}

/**
 * Verbose lines tell how far it is; false: one of them. Alone it tells when a table begins, and its
 * workers when one has ended.
 */
function follow(line: string, jobs: number, onDumped: DumpJob['onDumped']): boolean {
  const told = jobs === 1 ? began : ended;
  const table = told.exec(line)?.[1];
  if (table !== undefined) onDumped(table);
  return /^pg_dump: (?:error|fatal|detail|hint|warning)|^(?:ERROR|FATAL|HINT)|^sh: /.test(line);
}

const began = /^pg_dump: dumping contents of table "[^.]*\.(.*)"$/;
const ended = /^pg_dump: finished item \d+ TABLE DATA (.*)$/;
