import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Compression } from '../../src/engines/backing-up.ts';
import type { Repository } from '../../src/repository/contract.ts';
import { type EncryptionKey, keyFromText } from '../../src/repository/key.ts';
import type {
  BaseContent,
  LogicalContent,
  Manifest,
  Proof,
} from '../../src/repository/manifest.ts';
import { openRepository } from '../../src/repository/open.ts';

export const key = keyFromText('0123456789abcdef'.repeat(4));
export const otherKey = keyFromText('fedcba9876543210'.repeat(4));

export function open(
  location: string,
  options: {
    readonly key?: EncryptionKey | null;
    readonly compression?: Compression;
    readonly signal?: AbortSignal;
  } = {},
): Repository {
  return openRepository({
    location,
    key: options.key ?? null,
    compression: options.compression ?? { method: 'gzip', level: null },
    signal: options.signal ?? new AbortController().signal,
  });
}

export interface MadeFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly content: 'plain' | 'compressed';
}

/** As an engine has them: one to compress, some not, one in a folder, one empty. */
export const someFiles: readonly MadeFile[] = [
  { path: 'database.sqlite', bytes: Buffer.from('row, row, row\n'.repeat(500)), content: 'plain' },
  { path: 'toc.dat', bytes: Buffer.from('PGDMP'), content: 'compressed' },
  { path: '3390.dat.gz', bytes: Buffer.from([...Array(300).keys()]), content: 'compressed' },
  { path: 'blobs/1.dat', bytes: Buffer.from('large'), content: 'compressed' },
  { path: 'empty.dat', bytes: Buffer.alloc(0), content: 'plain' },
];

export const content: LogicalContent = {
  kind: 'logical',
  engine: 'some',
  database: 'some://where/shop',
  startedAt: '2026-11-21T02:00:00.000Z',
  finishedAt: '2026-11-21T02:00:01.000Z',
  jemDbVersion: '0.1.0',
  snapshot: '00000003-0000001B-1',
  serverVersion: '18.6',
  tools: { dumper: '18.6' },
  content: {
    method: 'test/1',
    tables: [
      {
        ...{ type: 'table', schema: 'public', name: 'übung', rows: 3, hash: '0'.repeat(32) },
        note: null,
      },
    ],
    sequences: [{ schema: 'public', name: 's', lastValue: null, increment: '1' }],
    leftOut: [{ type: 'table', schema: null, name: 'temporary', why: 'It is temporary.' }],
  },
  schema: {
    engine: 'some',
    serverVersion: '18.6',
    objects: [
      {
        ...{ type: 'column', schema: 'public', table: 'übung', name: 'id' },
        attributes: { type: 'integer', null: false, default: null, options: ['a', 'b'] },
        dependsOn: [],
      },
    ],
  },
  ledger: [
    {
      ...{ name: '0001_users', checksum: 'c', appliedAt: '2026-11-20T00:00:00.000Z' },
      ...{ durationMs: 3, toolVersion: '0.1.0', appliedBy: 'app' },
      ...{ statementsDone: null, fileGone: false },
    },
  ],
  facts: { encoding: 'UTF8' },
};

/** A base backup of a cluster, as far as facts say nothing else. */
export function baseContent(
  systemIdentifier: string,
  facts: Readonly<Record<string, unknown>> = {},
): BaseContent {
  const { engine, database, startedAt, finishedAt, jemDbVersion, serverVersion } = content;
  return {
    ...{ kind: 'base', engine, database, startedAt, finishedAt, jemDbVersion, serverVersion },
    ...{ tools: {}, cluster: systemIdentifier, parent: null, restorePoint: null },
    ...{ withoutPoint: 'not asked for', facts: { systemIdentifier, ...facts } },
  };
}

/** Makes a backup of files, as a use case does. */
export async function backUp(
  repository: Repository,
  files: readonly MadeFile[] = someFiles,
): Promise<Manifest> {
  await using draft = await repository.begin();
  for (const { path, bytes } of files) {
    const file = join(draft.stage.folder, path);
    await mkdir(dirname(file), { recursive: true });
    await chmod(dirname(file), 0o700);
    await writeFile(file, bytes);
  }
  await Promise.all(files.map(({ path, content }) => draft.stage.take(path, content)));
  return await draft.publish(content);
}

/** The files of a backup as its source gives them. */
export async function readBack(repository: Repository, id: string): Promise<Map<string, Buffer>> {
  await using source = await repository.source(id);
  const read = new Map<string, Buffer>();
  for (const path of source.files) read.set(path, await buffer(source.open(path)));
  return read;
}

export function bytesByPath(files: readonly MadeFile[] = someFiles): Map<string, Buffer> {
  return new Map(files.map(({ path, bytes }) => [path, bytes]));
}

export function proofOf(backup: string, second = 0): Proof {
  const time = new Date(Date.UTC(2026, 10, 21, 3, 0, second)).toISOString();
  return {
    format: 'jem-db-proof/1',
    ...{ backup, verified: true, startedAt: time, finishedAt: time, jemDbVersion: '0.1.0' },
    ...{ restoredInto: 'a throwaway', limits: [], serverVersion: '18.6', restoreMs: 12 },
    checks: [{ id: 'amcheck', ok: true, detail: '' }],
    tables: [],
  };
}

/** Paths of all files below a folder, sorted, with their bytes. */
export async function filesBelow(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return new Map(
    await Promise.all(
      paths
        .toSorted()
        .map(async (path) => [path.slice(folder.length + 1), await readFile(path)] as const),
    ),
  );
}

/** Paths that `check` finds fault with, each with the words it has for it. */
export async function faults(repository: Repository, id: string): Promise<Record<string, string>> {
  const checks = await repository.check(id, () => {});
  const bad = checks.filter(({ ok }) => !ok);
  return Object.fromEntries(bad.map(({ path, detail }) => [path, detail]));
}
