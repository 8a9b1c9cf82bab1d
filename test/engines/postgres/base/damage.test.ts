import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { appendFile, cp, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RestoreSource } from '../../../../src/engines/backing-up.ts';
import { postgresBaseBackups } from '../../../../src/engines/postgres/base/base-backups.ts';
import { baseFactsOf } from '../../../../src/engines/postgres/base/facts.ts';
import type { BaseManifest } from '../../../../src/repository/manifest.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/folders.ts';
import { ownedFolder } from '../../../support/postgres-server.ts';
import { postgresVersions } from '../../../support/postgres.ts';
import { rejection } from '../../../support/rejection.ts';
import { cluster, resultOf, serverFolder } from './clusters.ts';

const run = promisify(execFile);
const version = postgresVersions().at(-1);

let folder: TemporaryFolder;
let manifest: BaseManifest;
let oid: string;

/** A backup with a tablespace, unpacked; each test damages a copy of it and packs that again. */
beforeAll(async () => {
  const bin = version?.bin ?? '';
  await using made = await cluster(bin);
  await using root = await serverFolder();
  const space = join(root.path, 'space');
  await ownedFolder(space);
  await made.server.psql(`create tablespace beside location '${space}'`);
  await made.server.psql('create table apart tablespace beside as select generate_series(1, 9) i');
  const args = ['backup', 'create', '--kind', 'base', '--no-fingerprints', '--compress', 'none'];
  const { backup } = await resultOf<{ backup: { id: string } }>(made, args);
  folder = await temporaryFolder();
  const stored = join(made.work.path, 'backups', backup.id);
  manifest = JSON.parse(await readFile(join(stored, 'manifest.json'), 'utf8')) as BaseManifest;
  oid = manifest.files.map(({ content }) => /^(\d+)\.tar$/.exec(content)?.[1]).find(Boolean) ?? '';
  for (const name of ['base', oid]) {
    await mkdir(join(folder.path, 'whole', name), { recursive: true });
    await run('tar', ['-xf', join(stored, `${name}.tar`), '-C', join(folder.path, 'whole', name)]);
  }
  await cp(join(stored, 'backup_manifest'), join(folder.path, 'whole', 'backup_manifest'));
});
afterAll(() => folder[Symbol.asyncDispose]());

async function damaged(
  copy: string,
  damage: (root: string) => Promise<unknown>,
): Promise<RestoreSource> {
  const root = join(copy, 'copy');
  await cp(join(folder.path, 'whole'), root, { recursive: true, verbatimSymlinks: true });
  await damage(root);
  for (const name of ['base', oid])
    await run('tar', [
      '--format=ustar',
      '-cf',
      join(copy, `${name}.tar`),
      '-C',
      join(root, name),
      '.',
    ]);
  return {
    serverVersion: manifest.serverVersion,
    facts: manifest.facts,
    files: [],
    open: (path) => createReadStream(join(path === 'backup_manifest' ? root : copy, path)),
    folder: () => Promise.reject(new Error('not asked for')),
    [Symbol.asyncDispose]: async () => {},
  };
}

const signal = new AbortController().signal;
const common = { binaries: version?.bin ?? '', signal, onProgress: () => {} };

async function restored(damage: (root: string) => Promise<unknown>): Promise<void> {
  await using copy = await temporaryFolder();
  const source = await damaged(copy.path, damage);
  await using scratch = await postgresBaseBackups.restoreIntoScratch([source], {
    ...{
      ...common,
      like: null,
      place: null,
      recovery: null,
      ledgerTable: 'jem_db_migrations',
      jobs: 1,
    },
    environment: { env: {}, cwd: '/', home: homedir(), user: 'postgres' },
  });
  await using session = await scratch.connect();
  expect(await session.query('select count(*)::int as n from apart')).toEqual([{ n: 9 }]);
}

it('leaves folder and tablespaces as they were where it fails at the end', async () => {
  await using copy = await temporaryFolder();
  const source = await damaged(copy.path, (root) => flip(join(root, 'base/PG_VERSION')));
  const [at, into, space] = ['into', 'into/data', 'into/space'].map((name) =>
    join(copy.path, name),
  );
  await mkdir(space ?? '', { recursive: true });
  await mkdir(into ?? '');
  await writeFile(join(into ?? '', 'kept'), 'as it was');
  const failed = postgresBaseBackups.restore([source], {
    ...{ ...common, recovery: null, folder: into ?? '', clean: true, env: {} },
    mappings: new Map([[spaceOf(manifest), space ?? '']]),
  });
  expect(await rejection(failed)).toMatchObject({ code: 'backup-corrupt' });
  const left = await readdir(at ?? '', { recursive: true });
  expect(left.toSorted()).toEqual(['data', 'data/kept', 'space']);
});

function spaceOf({ facts }: BaseManifest): string {
  return baseFactsOf(facts).archives.find((one) => one.oid === oid)?.location ?? '';
}

/** Each with what must be said of it; as pg_verifybackup's own tests damage it (003_corruption.pl). */
it.each<readonly [string, (root: string) => Promise<unknown>, readonly RegExp[]]>([
  [
    'single files',
    (root) =>
      Promise.all([
        writeFile(join(root, 'base/extra'), ''),
        writeFile(join(root, oid, 'extra'), ''),
        rm(join(root, 'base/pg_multixact/members/0000')),
        appendFile(join(root, 'base/pg_xact/0000'), 'x'),
        flip(join(root, 'base/PG_VERSION')),
      ]),
    [
      /"extra" is present on disk/,
      /"pg_tblspc\/\d+\/extra" is present on disk/,
      /"pg_multixact\/members\/0000" is present in the manifest but not on disk/,
      /"pg_xact\/0000" has size/,
      /checksum mismatch for file "PG_VERSION"/,
    ],
  ],
  [
    'a missing tablespace and missing WAL',
    async (root) => {
      for (const name of [oid, 'base/pg_wal']) {
        await rm(join(root, name), { recursive: true });
        await mkdir(join(root, name));
      }
    },
    [/"pg_tblspc\/.* is present in the manifest but not on disk/, /WAL parsing failed/],
  ],
  [
    'the control file of another cluster',
    async (root) => {
      await using control = await open(join(root, 'base/global/pg_control'), 'r+');
      await control.write(Buffer.from([1, 2, 3, 4]), 0, 4, 0);
    },
    [/pg_control|CRC/],
  ],
  ['a manifest', (root) => flip(join(root, 'backup_manifest')), [/manifest/]],
])('finds damage of %s', async (_name, damage, words) => {
  const error = await rejection(restored(damage));
  expect(error).toMatchObject({ code: 'backup-corrupt' });
  const why = String(Reflect.get(Object(Reflect.get(Object(error), 'details')), 'why'));
  for (const one of words) expect(why).toMatch(one);
});

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[Math.floor(bytes.length / 2)]! ^= 1;
  await writeFile(path, bytes);
}
