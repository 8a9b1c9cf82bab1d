import { access, constants, readdir, realpath, stat } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';
import type { Environment } from '../../engine.ts';
import { runProgram } from '../programs.ts';

/** A folder with programs of PostgreSQL in it. */
export interface BinFolder {
  readonly path: string;
  /** Changes when another build is installed there. */
  readonly stamp: string;
}

export interface Binaries extends BinFolder {
  /** `18.6`, `19beta1`. */
  readonly version: string;
  readonly major: number;
}

export interface WhereToLook {
  /** The user's folder; null: the usual places. */
  readonly binaries: string | null;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/** Where a server's programs lie, as `foldersWith` has it. */
export function binFolders(where: WhereToLook): Promise<readonly BinFolder[]> {
  return foldersWith(['postgres', 'initdb'], where);
}

/**
 * Where programs lie, in the order they are tried: the user's folder alone where one is named, else
 * PATH, what pg_config says, and the places of the usual packages.
 */
export async function foldersWith(
  programs: Programs,
  { binaries, environment, signal }: WhereToLook,
): Promise<readonly BinFolder[]> {
  const present = (folders: readonly string[]) => holding(programs, folders);
  if (binaries !== null) return present([binaries]);
  const path = (environment.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const fromPath = await present(path);
  const fromConfig = fromPath.length > 0 ? [] : await pgConfig(path, environment, signal);
  const packages = await Promise.all(
    packagePlaces.map(([folder, ...rest]) => inside(folder, rest)),
  );
  const found = [...fromPath, ...(await present([...fromConfig, ...packages.flat()]))];
  return found.filter(({ stamp }, index) => found.findIndex((o) => o.stamp === stamp) === index);
}

/** `*` stands for every folder there, the one with the largest number first. */
const packagePlaces: readonly (readonly [string, ...string[]])[] = [
  ['/usr/lib/postgresql', '*', 'bin'],
  ['/usr', 'pgsql-*', 'bin'],
  ['/usr/local/pgsql', 'bin'],
  ['/opt/homebrew/opt', 'postgresql@*', 'bin'],
  ['/usr/local/opt', 'postgresql@*', 'bin'],
  ['/Applications/Postgres.app/Contents/Versions', '*', 'bin'],
];

async function inside(folder: string, [part, ...rest]: readonly string[]): Promise<string[]> {
  if (part === undefined) return [folder];
  if (!part.endsWith('*')) return inside(join(folder, part), rest);
  const names = await readdir(folder).catch(() => []);
  const matching = names.filter((name) => name.startsWith(part.slice(0, -1)));
  const newestFirst = matching.toSorted((a, b) => numberIn(b) - numberIn(a));
  const found = await Promise.all(newestFirst.map((name) => inside(join(folder, name), rest)));
  return found.flat();
}

function numberIn(name: string): number {
  return Number.parseFloat(/\d+(\.\d+)?/.exec(name)?.[0] ?? '0');
}

async function pgConfig(
  path: readonly string[],
  environment: Environment,
  signal: AbortSignal,
): Promise<string[]> {
  const places = await Promise.all(path.map((folder) => isProgram(join(folder, 'pg_config'))));
  const folder = path[places.indexOf(true)];
  if (folder === undefined) return [];
  const options = { user: null, cwd: '/', env: { PATH: environment.env['PATH'] ?? '' }, signal };
  const result = await runProgram(join(folder, 'pg_config'), ['--bindir'], options);
  return result.ok ? [result.stdout.trim()] : [];
}

type Programs = readonly [string, ...string[]];

async function holding(
  programs: Programs,
  folders: readonly string[],
): Promise<readonly BinFolder[]> {
  const found = await Promise.all(folders.map((folder) => folderAt(folder, programs)));
  return found.filter((one) => one !== null);
}

async function folderAt(path: string, programs: Programs): Promise<BinFolder | null> {
  const all = await Promise.all(programs.map((name) => isProgram(join(path, name))));
  if (all.includes(false)) return null;
  const real = await realpath(join(path, programs[0]));
  // Debian's /usr/bin: a script that picks a version by rules of its own.
  if (basename(real) === 'pg_wrapper') return null;
  const { size, mtimeMs, ino } = await stat(real);
  return { path, stamp: [real, size, mtimeMs, ino].join(' ') };
}

function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Asks a program of each folder for its version; those that do not answer are left out. */
export async function withVersions(
  folders: readonly BinFolder[],
  signal: AbortSignal,
  program = 'postgres',
): Promise<readonly Binaries[]> {
  const found = await Promise.all(folders.map((folder) => versionOf(folder, signal, program)));
  return found.filter((one) => one !== null);
}

async function versionOf(
  folder: BinFolder,
  signal: AbortSignal,
  program: string,
): Promise<Binaries | null> {
  const options = { user: null, cwd: '/', env: {}, signal };
  const result = await runProgram(join(folder.path, program), ['--version'], options);
  const version = /\(PostgreSQL\) (\d\S*)/.exec(result.ok ? result.stdout : '')?.[1];
  return version === undefined ? null : { ...folder, version, major: majorOf(version) };
}

/** 18 of `18.6` and of `18beta1`. */
export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}
