import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { JemError } from '../errors.ts';
import { readForAllEngines } from './folder.ts';
import type { NewFile } from './layouts/layout.ts';
import { layoutNamed } from './layouts/table.ts';
import { shownPath } from './listing.ts';
import { slug } from './naming.ts';
import { nextName } from './next-number.ts';

export interface NewMigration {
  readonly name: string;
  /** Paths for the reader, the way up first. */
  readonly files: readonly string[];
}

/**
 * Writes the files of a new migration, named and numbered as the folder has it; makes the folder
 * where it is missing. Overwrites nothing. Throws `usage`, `migration-file-exists`,
 * `file-unwritable`, and what reading the folder throws.
 */
export async function newMigration(request: {
  readonly folder: string;
  readonly layout: string | null;
  /** What it is about, in the user's words. */
  readonly about: string;
  readonly now: Date;
  readonly cwd: string;
}): Promise<NewMigration> {
  const { about, now, cwd } = request;
  const folder = readForAllEngines(request);
  const layout = layoutNamed(folder.layout);
  const joiner = layout.parse(folder.migrations.at(-1)?.name ?? '')?.separator === '-' ? '-' : '_';
  const rest = slug(about, joiner);
  if (rest === '')
    throw new JemError('usage', `"${about}" holds no letter and no digit to name a file with`, {
      hint: 'Say in a few words what the migration does: `jem-db migrate new "add users"`.',
    });
  const name = nextName(folder.migrations, layout, now, rest);
  const root = resolve(cwd, folder.folder);
  const files = layout.scaffold(name).map((file) => ({ ...file, path: join(root, file.path) }));
  await writeAll(files, cwd);
  return { name, files: files.map(({ path }) => shownPath(path, cwd)) };
}

/** All of the files or none. */
async function writeAll(files: readonly NewFile[], cwd: string): Promise<void> {
  const written: string[] = [];
  try {
    for (const { path, text } of files) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text, { flag: 'wx' });
      written.push(path);
    }
  } catch (error) {
    await Promise.allSettled(written.map((path) => rm(path)));
    throw asJemError(error, files, cwd);
  }
}

function asJemError(error: unknown, files: readonly NewFile[], cwd: string): unknown {
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const shown = shownPath(path ?? files[0]?.path ?? cwd, cwd);
  return code === 'EEXIST'
    ? new JemError('migration-file-exists', `${shown} is there already`, {
        hint: 'Nothing was written. Choose another name, or delete that file.',
        cause: error,
      })
    : new JemError('file-unwritable', `Cannot write ${shown}`, {
        hint: 'Check who owns the folder, its mode, and the room on the disk.',
        original: message,
        cause: error,
      });
}
