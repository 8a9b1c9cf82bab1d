import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, relative } from 'node:path';
import { JemError } from '../errors.ts';

/** One file below the migrations folder. */
export interface FolderFile {
  readonly path: string;
  /** Path for the reader, relative to the working directory where it lies below it. */
  readonly shown: string;
  readonly base: string;
  /** Folder it lies in, absolute. */
  readonly folder: string;
  /** Lies in a subfolder. */
  readonly nested: boolean;
}

const ignored = [
  /^\./,
  /^readme/i,
  /\.(md|json)$/i,
  // What the TypeScript compiler leaves beside a module.
  /\.d\.[cm]?ts$/,
  /\.map$/,
  // Checksums of the folder, and code that embeds it in a program.
  /^atlas\.sum$/,
  /^\D[^.]*\.(go|rs|py)$/,
];

/** The path as a reader would write it, standing in `cwd`. */
export function shownPath(path: string, cwd: string): string {
  const near = relative(cwd, path);
  if (near === '') return '.';
  return near.startsWith('..') || isAbsolute(near) ? path : near;
}

/**
 * Every file below `root` that could be meant as a migration, sorted by path. Links are followed,
 * as mounted folders are made of them. Throws `migrations-folder-missing`, `file-unreadable`.
 */
export function listFolder(root: string, cwd: string): FolderFile[] {
  const seen = new Set([realFolder(root, cwd)]);
  const files: FolderFile[] = [];
  const walk = (folder: string): void => {
    const shownFolder = shownPath(folder, cwd);
    for (const entry of entriesOf(folder, cwd)) {
      const path = join(folder, entry.name);
      if (isFolder(entry, path, cwd)) {
        if (entry.isSymbolicLink() && !firstVisit(path, seen)) continue;
        walk(path);
      } else {
        const shown = join(shownFolder, entry.name);
        files.push({ path, shown, base: entry.name, folder, nested: folder !== root });
      }
    }
  };
  walk(root);
  return files;
}

function realFolder(root: string, cwd: string): string {
  try {
    if (statSync(root).isDirectory()) return realpathSync(root);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw unreadable(root, cwd, error);
    throw noFolder(root, cwd, 'is not there');
  }
  throw noFolder(root, cwd, 'is a file, not a folder');
}

function noFolder(root: string, cwd: string, what: string): JemError {
  return new JemError(
    'migrations-folder-missing',
    `The migrations folder ${shownPath(root, cwd)} ${what}`,
    {
      why: `Looked for ${root}.`,
      hint: 'Make it with the first migration: `jem-db migrate new NAME`; or name the right folder: --migrations DIR.',
    },
  );
}

function entriesOf(folder: string, cwd: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => name !== 'node_modules' && !ignored.some((rule) => rule.test(name)))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw unreadable(folder, cwd, error);
  }
}

function isFolder(entry: Dirent, path: string, cwd: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw unreadable(path, cwd, error);
  }
}

function firstVisit(path: string, seen: Set<string>): boolean {
  const real = realpathSync(path);
  return !seen.has(real) && seen.add(real).has(real);
}

function unreadable(path: string, cwd: string, cause: unknown): JemError {
  const original = cause instanceof Error ? cause.message : String(cause);
  return new JemError('file-unreadable', `Cannot read ${shownPath(path, cwd)}`, {
    why: `${basename(path)} is in the way of reading the migrations.`,
    hint: 'Check who owns it and its mode; a link must lead somewhere.',
    original,
    cause,
  });
}
