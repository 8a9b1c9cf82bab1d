import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ownedFolder } from '../../../support/postgres-server.ts';
import { postgresVersions } from '../../../support/postgres.ts';
import { cluster, pgbench, resultOf, serverFolder, startRestored, sumsSql } from './clusters.ts';

interface Created {
  readonly backup: { readonly id: string; readonly parent: string; readonly storedBytes: number };
}
interface Pruned {
  readonly removed: readonly string[];
  readonly kept: readonly { readonly id: string; readonly because: readonly string[] }[];
}

const create = ['backup', 'create', '--kind', 'base', '--no-fingerprints'];
const incremental = [...create, '--incremental'];
const binOf = (wanted: number): string =>
  postgresVersions().find(({ major }) => major === wanted)?.bin ?? '';

it('holds what has changed alone, and is put together by a restore', async () => {
  await using root = await serverFolder();
  const space = join(root.path, 'space');
  await ownedFolder(space);
  await using made = await cluster(binOf(18), { conf: ['summarize_wal = on'] });
  await made.server.psql(`create tablespace beside location '${space}'`);
  await made.server.psql('create table apart tablespace beside as select generate_series(1, 9) i');

  const early = await made.jemDb(incremental);
  expect([early.exitCode, early.stderr]).toEqual([2, expect.stringContaining('--incremental')]);
  const { backup: whole } = await resultOf<Created>(made, create);
  await made.server.psql('insert into apart values (10)');
  const { backup: first } = await resultOf<Created>(made, incremental);
  await pgbench(made.server, ['-n', '-t', '50']);
  await made.server.psql('insert into apart values (11)');
  const { backup: second } = await resultOf<Created>(made, incremental);
  expect([first.parent, second.parent]).toEqual([whole.id, first.id]);
  expect(first.storedBytes).toBeLessThan(whole.storedBytes / 2);
  const { cluster: shown } = await resultOf<{ cluster: { chain: string[] } }>(made, [
    'backup',
    'show',
    'latest',
  ]);
  expect(shown.chain).toEqual([whole.id, first.id, second.id]);

  const mapping = `${space}=${join(root.path, 'moved')}`;
  const into = join(root.path, 'data');
  const restore = ['restore', 'latest', '--tablespace-mapping', mapping, '--into', into];
  await resultOf(made, restore);
  expect((await readdir(root.path)).toSorted()).toEqual(['data', 'moved', 'space']);
  await using restored = await startRestored(made.server, root.path);
  expect(await restored.psql('select count(*) from apart')).toBe('11');
  const [a, b, c, d] = (await restored.psql(sumsSql)).split('|');
  expect([b, c, d]).toEqual([a, a, a]);
  const verdict = await resultOf<{ verified: boolean }>(made, ['restore-verify']);
  expect(verdict.verified).toBe(true);

  const prune = ['backup', 'prune', '--keep-last', '1', '--yes'];
  const kept = await resultOf<Pruned>(made, prune);
  expect(kept.removed).toEqual([]);
  expect(kept.kept.at(0)).toEqual({ id: whole.id, because: [`${first.id} builds on it`] });
  const { backup: fresh } = await resultOf<Created>(made, create);
  await resultOf(made, ['restore-verify']);
  const pruned = await resultOf<Pruned>(made, prune);
  expect(pruned.removed.toSorted()).toEqual([whole.id, first.id, second.id].toSorted());
  expect(pruned.kept.map(({ id }) => id)).toEqual([fresh.id]);
});

it.each([
  [15, 'takes no incremental backups'],
  [18, 'summarize_wal = on'],
])('is refused by PostgreSQL %i where it cannot be', async (major, words) => {
  await using made = await cluster(binOf(major));
  const { exitCode, stderr } = await made.jemDb(incremental);
  expect([exitCode, stderr]).toEqual([4, expect.stringContaining(words)]);
  expect(await readdir(join(made.work.path, 'backups'))).toEqual([]);
});

it('is refused to a server without WAL senders, or with too little in its WAL', async () => {
  await using made = await cluster(binOf(18), { conf: ['max_wal_senders = 0'] });
  const senders = await made.jemDb(create);
  expect([senders.exitCode, senders.stderr]).toEqual([
    4,
    expect.stringContaining('max_wal_senders = 0'),
  ]);
  await made.server.psql("alter system set wal_level = 'minimal'");
  await made.server.stop();
  await made.server.start();
  const level = await made.jemDb(create);
  expect([level.exitCode, level.stderr]).toEqual([
    4,
    expect.stringContaining('wal_level = minimal'),
  ]);
});
