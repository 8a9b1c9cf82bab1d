import { type FileHandle, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { JemError } from '../../errors.ts';
import { atATime } from '../at-a-time.ts';
import { damageOf } from '../backup-errors.ts';
import type { FileCheck } from '../contract.ts';
import { proofsFolder } from '../manifest-file.ts';
import { difference, ownersOf } from '../difference.ts';
import type { Manifest } from '../manifest.ts';
import { codeOf } from '../storage-errors.ts';
import { ignoring, NotAFile, openStored } from './durable.ts';
import { digestOf } from './hashing.ts';

/** The backup that is looked at. */
export interface Examined {
  readonly id: string;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Looks at every file that a manifest names, as stored: several at a time, told in its order. */
export function inspectFiles(
  examined: Examined,
  manifest: Manifest,
  onFile: (checked: FileCheck) => void,
): Promise<readonly FileCheck[]> {
  const turn = atATime(4);
  const owners = ownersOf(manifest);
  return Promise.all(
    manifest.files.map((file) =>
      turn(async () => {
        const checked = await examine(examined, file.path, async (opened) =>
          difference(file, await digestOf(opened, examined.signal), owners),
        );
        onFile(checked);
        return checked;
      }),
    ),
  );
}

/** What stands in a backup's folder and is in no manifest. */
export async function findStrays(
  folder: string,
  files: readonly string[],
): Promise<readonly FileCheck[]> {
  const known = new Set(files);
  const folders = new Set([...files.flatMap(foldersOf), proofsFolder]);
  const found = await walk(folder, '', (path) => folders.has(path));
  return found
    .filter(({ path, kind }) => !known.has(path) && !(folders.has(path) && kind === 'a folder'))
    .map(({ path, kind }) => ({
      path,
      ok: false,
      detail: `is ${kind} that belongs to nothing in this backup`,
    }));
}

/** Opens one file of a backup and looks at it; `look` returns what is wrong, or nothing. */
export async function examine(
  { id, folder, signal }: Examined,
  path: string,
  look: (file: FileHandle) => Promise<string>,
): Promise<FileCheck> {
  try {
    await using file = await openStored(join(folder, path));
    const detail = await look(file);
    return { path, ok: detail === '', detail };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return { path, ok: false, detail: wordsOf(error, id, path) };
  }
}

function wordsOf(error: unknown, id: string, path: string): string {
  if (error instanceof NotAFile) return 'is a link, a folder or a pipe, not a file';
  if (error instanceof JemError) return damageOf(error, id, path);
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'is missing';
  if (code === 'EACCES' || code === 'EPERM') return 'cannot be read: permission denied';
  if (code === '') throw error;
  return `cannot be read (${code})`;
}

interface Kind {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

function kindName(kind: Kind): string {
  if (kind.isFile()) return 'a file';
  if (kind.isDirectory()) return 'a folder';
  return kind.isSymbolicLink() ? 'a symbolic link' : 'a device, a pipe or a socket';
}

interface Standing {
  readonly path: string;
  readonly kind: string;
}

/** All that stands below; what is in a folder that is not `entered` goes with that folder. */
async function walk(
  folder: string,
  below: string,
  entered: (path: string) => boolean,
): Promise<readonly Standing[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(
    ignoring('ENOENT', 'ENOTDIR', 'EACCES'),
  );
  const lists = (entries ?? []).map(async (entry): Promise<readonly Standing[]> => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    const goesOn = entry.isDirectory() && entered(path);
    return [{ path, kind: kindName(entry) }, ...(goesOn ? await walk(folder, path, entered) : [])];
  });
  return (await Promise.all(lists)).flat();
}

/** `a/b/c` has `a` and `a/b`. */
function foldersOf(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === '.' ? [] : [...foldersOf(parent), parent];
}
