import { join } from 'node:path';
import { JemError } from '../../../errors.ts';
import { runProgram } from '../programs.ts';
import { runTool } from '../tool-run.ts';
import { foldersWith, majorOf, withVersions } from '../scratch/binaries.ts';

export interface WhereTools {
  readonly binaries: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** The programs that a restore of a base backup needs, of its own major version. */
export interface BaseTools {
  readonly bin: string;
  readonly major: number;
}

/**
 * Looks for `pg_verifybackup`, and for `pg_combinebackup` where backups are to be put together.
 * Throws `tool-missing`.
 */
export async function baseTools(
  serverVersion: string,
  combines: boolean,
  { binaries, env, signal }: WhereTools,
): Promise<BaseTools> {
  const major = majorOf(serverVersion);
  const environment = { env, cwd: '/', home: '/', user: '' };
  const names = ['pg_verifybackup', 'pg_waldump', ...(combines ? ['pg_combinebackup'] : [])];
  const [first = '', ...others] = names;
  const folders = await foldersWith([first, ...others], { binaries, environment, signal });
  const found = await withVersions(folders, signal, first);
  const best = found.find((one) => one.major === major);
  if (best) return { bin: best.path, major };
  const there = found.map(({ version, path }) => `${version} in ${path}`).join(', ');
  throw new JemError('tool-missing', `${names.join(', ')} of PostgreSQL ${major} are not here`, {
    why: there === '' ? `${binaries ?? 'No usual place'} holds none.` : `Found: ${there}.`,
    hint: `Install postgresql-${major}, or name the folder of its programs: --postgres-bin DIR`,
  });
}

/**
 * Compares every file of a restored cluster with the manifest that the server made, and looks
 * whether all WAL that it needs is there. Throws `backup-corrupt`.
 */
export async function verifyCluster(
  { bin }: BaseTools,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const done = await runProgram(join(bin, 'pg_verifybackup'), ['--quiet', folder], {
    ...{ user: null, ...surroundings, signal },
  });
  if (done.ok) return;
  throw new JemError('backup-corrupt', 'The restored files are not what the server backed up', {
    why: `pg_verifybackup says: ${done.words.replaceAll(`${folder}/`, '')}`,
    hint: 'Restore another backup: jem-db backup list',
  });
}

export interface Combining {
  /** Unpacked, the whole one first. */
  readonly folders: readonly string[];
  /** Does not exist yet. */
  readonly into: string;
  /** Where tablespaces of the last one are, and where they go. */
  readonly tablespaces: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/** Puts a whole backup and what builds on it together. Throws `restore-failed`. */
export async function combine(
  { bin, major }: BaseTools,
  { folders, into, tablespaces, signal }: Combining,
): Promise<void> {
  const args = [
    ...[`--output=${into}`, '--no-sync', '--manifest-checksums=CRC32C'],
    // What is put together from is removed afterwards.
    ...(major >= 18 ? ['--link'] : []),
    ...[...tablespaces].map(([from, to]) => `--tablespace-mapping=${escaped(from)}=${escaped(to)}`),
    ...folders,
  ];
  // One that outlived this process would clean up where the next restore is at work.
  const done = await runTool(join(bin, 'pg_combinebackup'), args, {
    ...{ user: null, ...surroundings, signal },
    onLine: () => true,
  });
  if (done.ok) return;
  throw new JemError('restore-failed', 'The incremental backups could not be put together', {
    why: `pg_combinebackup says: ${done.lines.slice(-5).join('\n')}`,
    hint: 'Restore one that builds on no other: `jem-db backup list` shows them.',
  });
}

function escaped(path: string): string {
  return path.replaceAll('=', String.raw`\=`);
}

const surroundings = { cwd: '/', env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' } };
