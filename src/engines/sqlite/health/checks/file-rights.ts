import { dirname } from 'node:path';
import { ownership, statOrNull } from '../../file-facts.ts';
import { sqliteCheck } from '../check.ts';

/** Bits of a mode for whoever is neither owner nor in the group. */
const others = { read: 0o4, write: 0o2, enter: 0o1 };
const sticky = 0o1000;

/** Who may write the folder may put another file in the place of the database. */
export const fileRights = sqliteCheck({
  id: 'file-rights',
  title: 'files that every user may read or write',
  group: 'security',
  unit: null,
  thresholds: null,
  source: 'jem-db',
  look({ file }) {
    if (file === null) return { notApplicable: 'no file' };
    const folder = dirname(file);
    const files = ['', '-wal', '-shm', '-journal'].map((end) => `${file}${end}`);
    const isOpen = reachable(folder);
    const found = isOpen
      ? [...files.flatMap(openFile), ...(isOpenFolder(folder) ? [writable(folder)] : [])]
      : [];
    const worst = found.toSorted((a, b) => Number(b.write) - Number(a.write));
    const [first] = worst;
    return {
      status: first ? (first.write ? 'critical' : 'warning') : 'ok',
      value: found.length,
      summary: first
        ? `every user of this system may ${first.write ? 'write' : 'read'} ${first.path} (${ownership(first.path)})`
        : `nobody but owner and group may read or write it (${ownership(file)})`,
      hint: `chmod o-rwx ${[...new Set(worst.map(({ path }) => `'${path}'`))].join(' ')}`,
      objects: worst.map(({ path, write }) => ({
        name: path,
        value: null,
        detail: write ? 'may be written by every user' : 'may be read by every user',
      })),
    };
  },
});

interface Open {
  readonly path: string;
  readonly write: boolean;
}

function openFile(path: string): readonly Open[] {
  const mode = statOrNull(path)?.mode ?? 0;
  if (mode & others.write) return [writable(path)];
  return mode & others.read ? [{ path, write: false }] : [];
}

function writable(path: string): Open {
  return { path, write: true };
}

function isOpenFolder(folder: string): boolean {
  const mode = statOrNull(folder)?.mode ?? 0;
  return (mode & others.write) !== 0 && (mode & sticky) === 0;
}

/** Whether every user may come as far as into this folder. */
function reachable(folder: string): boolean {
  const parent = dirname(folder);
  const mayEnter = ((statOrNull(folder)?.mode ?? 0) & others.enter) !== 0;
  return mayEnter && (parent === folder || reachable(parent));
}
