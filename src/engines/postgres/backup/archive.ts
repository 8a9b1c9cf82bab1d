import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { JemError } from '../../../errors.ts';
import { runProgram } from '../programs.ts';
import type { Binaries } from '../scratch/binaries.ts';
import { type RestoreAbout, restoreFailure } from './restore-errors.ts';

/** One thing that a dump holds, as pg_restore lists it. */
export interface ArchiveEntry {
  readonly id: number;
  /** `TABLE DATA`, `FK CONSTRAINT` … */
  readonly kind: string;
  /** Schema (`-` where it has none), name and owner, with spaces between and in them. */
  readonly text: string;
  readonly dependsOn: readonly number[];
  /** As it stands in the list, for `--use-list`. */
  readonly line: string;
  /** Of its file; 0 where it has none. */
  readonly bytes: number;
}

/** Kinds of more than one word; any other is the first word. */
const longKinds: readonly string[] = [
  ...['TABLE DATA', 'TABLE ATTACH', 'INDEX ATTACH', 'MATERIALIZED VIEW DATA', 'MATERIALIZED VIEW'],
  ...['FK CONSTRAINT', 'CHECK CONSTRAINT', 'SEQUENCE SET', 'SEQUENCE OWNED BY', 'ROW SECURITY'],
  ...['PUBLICATION TABLES IN SCHEMA', 'PUBLICATION TABLE', 'FOREIGN TABLE', 'FOREIGN DATA WRAPPER'],
  ...['EVENT TRIGGER', 'DEFAULT ACL', 'SECURITY LABEL', 'STATISTICS DATA', 'BLOB METADATA'],
  ...['DATABASE PROPERTIES', 'SUBSCRIPTION TABLE', 'USER MAPPING', 'OPERATOR FAMILY'],
];

/** Lists what a dump holds. Throws `backup-corrupt`, `tool-missing` as `restoreFailure` has them. */
export async function readArchive(
  tool: Binaries,
  folder: string,
  { about, signal }: { readonly about: RestoreAbout; readonly signal: AbortSignal },
): Promise<readonly ArchiveEntry[]> {
  const listed = await runProgram(
    join(tool.path, 'pg_restore'),
    ['--list', '--verbose', '--format=directory', folder],
    { user: null, cwd: '/', env: { LC_ALL: 'C' }, signal },
  );
  if (!listed.ok) throw restoreFailure(listed.words.split('\n'), about);
  const entries = entriesOf(listed.stdout, await fileSizes(folder));
  refuseEmptied(entries);
  return entries;
}

/** pg_restore takes an empty file for an empty table; pg_dump never writes one. */
function refuseEmptied(entries: readonly ArchiveEntry[]): void {
  const emptied = entries.filter(({ kind, bytes }) => kind === 'TABLE DATA' && bytes === 0);
  const [first] = emptied;
  if (!first) return;
  throw new JemError('backup-corrupt', `The backup has lost the rows of ${first.text}`, {
    why: `${emptied.length === 1 ? 'A file of it is' : `${emptied.length} files of it are`} empty or missing.`,
    hint: 'See which with `jem-db backup check`, and restore another backup.',
  });
}

/** Reads pg_restore's verbose list: an entry, and below it the entries that it depends on. */
function entriesOf(list: string, sizes: ReadonlyMap<string, number>): readonly ArchiveEntry[] {
  const entries: ArchiveEntry[] = [];
  for (const line of list.split('\n')) {
    const needs = /^;\tdepends on:((?: \d+)+)$/.exec(line)?.[1];
    const last = entries.at(-1);
    if (needs !== undefined && last) {
      const dependsOn = [...new Set(needs.trim().split(' ').map(Number))];
      entries[entries.length - 1] = { ...last, dependsOn };
      continue;
    }
    const found = /^(\d+); \d+ \d+ (.*)$/.exec(line);
    if (found) entries.push(entryOf(Number(found[1]), found[2] ?? '', line, sizes));
  }
  return entries;
}

function entryOf(
  id: number,
  words: string,
  line: string,
  sizes: ReadonlyMap<string, number>,
): ArchiveEntry {
  const kind =
    longKinds.find((one) => words.startsWith(`${one} `)) ?? words.slice(0, words.indexOf(' '));
  const bytes = kind === 'BLOBS' ? (sizes.get('blobs') ?? 0) : (sizes.get(String(id)) ?? 0);
  return { id, kind, text: words.slice(kind.length + 1), dependsOn: [], line, bytes };
}

/** Bytes of all files of a dump. */
export async function dumpBytes(folder: string): Promise<number> {
  return [...(await fileSizes(folder)).values()].reduce((sum, one) => sum + one, 0);
}

/** Bytes of the files of a dump, by the number of their entry; large objects all under `blobs`. */
async function fileSizes(folder: string): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for (const name of await readdir(folder)) {
    const key = /^(\d+)\.dat/.exec(name)?.[1] ?? (name.startsWith('blob') ? 'blobs' : 'other');
    const { size } = await stat(join(folder, name));
    sizes.set(key, (sizes.get(key) ?? 0) + size);
  }
  return sizes;
}
