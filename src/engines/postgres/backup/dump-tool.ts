import { join } from 'node:path';
import { JemError } from '../../../errors.ts';
import type { BackupOptions, Compression } from '../../backing-up.ts';
import { runProgram } from '../programs.ts';
import {
  type Binaries,
  foldersWith,
  majorOf,
  type WhereToLook,
  withVersions,
} from '../scratch/binaries.ts';
import type { PostgresSession } from '../session.ts';

/**
 * The pg_dump to use for a server: of its own major version, else the oldest newer one. Throws
 * `tool-missing` with what to install: an older one is refused by the server's catalogs.
 */
export async function dumpTool(
  { serverVersion, target }: PostgresSession,
  { binaries, signal }: Pick<BackupOptions, 'binaries' | 'signal'>,
): Promise<Binaries> {
  const environment = { ...target.environment, cwd: '/', user: '' };
  const where: WhereToLook = { binaries, environment, signal };
  const found = await withVersions(await foldersWith(['pg_dump'], where), signal, 'pg_dump');
  const [best] = found
    .filter(({ major }) => major >= majorOf(serverVersion))
    .toSorted((a, b) => a.major - b.major);
  if (best) return best;
  throw toolMissing(serverVersion, binaries, found);
}

function toolMissing(
  serverVersion: string,
  binaries: string | null,
  found: readonly Binaries[],
): JemError {
  const there = found.map(({ version, path }) => `pg_dump ${version} in ${path}`).join(', ');
  return new JemError('tool-missing', `No pg_dump here can back up PostgreSQL ${serverVersion}`, {
    why: there
      ? `Found: ${there}. A pg_dump cannot read a server that is newer than itself.`
      : `There is none in ${binaries ?? 'PATH or the usual places'}.`,
    hint: `Install postgresql-client-${majorOf(serverVersion)}, or name the folder of its programs: --postgres-bin DIR`,
  });
}

/**
 * What pg_dump compresses with: what was asked for, else zstd where this build of it has that, else
 * gzip. Throws `bad-setting` where it cannot do what was asked for.
 */
export async function dumpCompression(
  tool: Binaries,
  asked: Compression | null,
  signal: AbortSignal,
): Promise<Compression> {
  const hasZstd = asked === null || asked.method === 'zstd' ? await canZstd(tool, signal) : false;
  if (asked === null) return { method: hasZstd ? 'zstd' : 'gzip', level: null };
  if (asked.method !== 'zstd' || hasZstd) return asked;
  throw new JemError('bad-setting', `pg_dump ${tool.version} cannot compress with zstd`, {
    why: `${tool.path} holds a pg_dump ${tool.major < 16 ? 'of before 16, when zstd came' : 'that was built without it'}.`,
    hint: 'Use gzip or none, or leave the choice to jem-db.',
  });
}

async function canZstd(tool: Binaries, signal: AbortSignal): Promise<boolean> {
  if (tool.major < 16) return false;
  // It looks at its options before it connects, which fails here.
  const tried = await runProgram(
    join(tool.path, 'pg_dump'),
    ['--compress=zstd', '--format=directory', '--file=/nowhere', '--host=/nowhere'],
    { user: null, cwd: '/', env: { LC_ALL: 'C' }, signal },
  );
  return !tried.ok && !/not support/.test(tried.words);
}

/** The option as this version of pg_dump has it; none where it is what it does unasked. */
export function compressOption(
  { major }: Binaries,
  { method, level }: Compression,
): readonly string[] {
  if (method === 'none') return ['--compress=0'];
  if (major < 16) return level === null ? [] : [`--compress=${level}`];
  return [`--compress=${method}${level === null ? '' : `:${level}`}`];
}
