import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ownedFolder } from '../../../support/postgres-server.ts';
import { postgresVersions } from '../../../support/postgres.ts';
import { until } from '../../../support/until.ts';
import {
  type Cluster,
  cluster,
  resultOf,
  serverFolder,
  startOn,
  startRestored,
} from './clusters.ts';

/** Starts a restore, and stops it when it has begun to write the cluster. */
async function stoppedHalfWay(made: Cluster, args: readonly string[], into: string) {
  const child = startOn(made, args);
  await until('the restore to write', () => existsSync(join(`${into}.partial`, 'data/base')));
  child.kill('SIGSTOP');
  // A process of execa is a promise too: bare, it would be awaited.
  return { child };
}

it.each(postgresVersions())(
  'PostgreSQL $major: what a restore that was killed has left is swept by the next one',
  async ({ bin }) => {
    await using at = await scene(bin);
    const { made, root, into, moved, restore } = at;
    const partial = `${into}.partial`;

    // Something else of that name is nobody's to remove.
    await mkdir(partial);
    await writeFile(join(partial, 'thesis.tex'), 'x');
    await refused(made, restore, 'says nothing of one');
    expect(await readdir(partial)).toEqual(['thesis.tex']);
    await rm(partial, { recursive: true });

    const { child } = await stoppedHalfWay(made, restore, into);
    await refused(made, restore, `process ${child.pid} on `);
    child.kill('SIGKILL');
    await child;
    expect(await readdir(root)).toEqual(expect.arrayContaining(['data.partial', 'moved']));
    const { exitCode, stderr } = await made.jemDb(restore);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('Removed what a restore that')]);
    expect((await readdir(root)).toSorted()).toEqual(['data', 'moved', 'space']);
    expect(await readdir(moved)).toHaveLength(1);
    await using restored = await startRestored(made.server, root);
    expect(await restored.psql('select i from apart')).toBe('1');
  },
  90_000,
);

it('puts back what a killed restore had moved away, and leaves a cluster that is in its place', async () => {
  await using at = await scene(postgresVersions()[0]!.bin);
  const { made, root, into, moved, restore } = at;
  const partial = `${into}.partial`;
  const clean = [...restore, '--clean', '--yes'];
  const killedHalfWay = async () => {
    const { child } = await stoppedHalfWay(made, clean, into);
    child.kill('SIGKILL');
    await child;
  };
  await mkdir(into);
  await writeFile(join(into, 'precious'), 'x');

  await killedHalfWay();
  // As between the two renames.
  await rename(into, join(partial, 'old'));
  await refused(made, clean, 'it is back in its place');
  expect(await readdir(into)).toEqual(['precious']);
  expect((await readdir(root)).toSorted()).toEqual(['data', 'space']);

  await killedHalfWay();
  // As behind them: the tablespace is in use from now on.
  await rename(into, join(partial, 'old'));
  await rename(join(partial, 'data'), into);
  await mkdir(join(moved, 'PG_15_202209061'), { recursive: true });
  await refused(made, clean, 'A tablespace cannot be restored into');
  expect(await readdir(moved)).toEqual(['PG_15_202209061']);
  expect((await readdir(root)).toSorted()).toEqual(['data', 'moved', 'space']);
}, 60_000);

/** A backup of a cluster with a tablespace, and the restore of it that is to be killed. */
async function scene(bin: string) {
  const made = await cluster(bin);
  const folder = await serverFolder();
  const root = folder.path;
  const [space, moved, into] = ['space', 'moved', 'data'].map((name) => join(root, name));
  await ownedFolder(space!);
  await made.server.psql(`create tablespace beside location '${space}'`);
  await made.server.psql('create table apart tablespace beside as select 1 as i');
  await resultOf(made, ['backup', 'create', '--kind', 'base', '--no-fingerprints']);
  const mapping = ['--tablespace-mapping', `${space}=${moved}`];
  return {
    ...{ made, root, into: into!, moved: moved! },
    restore: ['restore', 'latest', ...mapping, '--into', into!],
    async [Symbol.asyncDispose]() {
      await made[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function refused(made: Cluster, args: readonly string[], words: string): Promise<void> {
  const { exitCode, stderr } = await made.jemDb(args);
  expect([exitCode, stderr.replace(/\s+/g, ' ')]).toEqual([4, expect.stringContaining(words)]);
}
