import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  pgbench,
  serverFolder,
  sumsSql,
  whileWriting,
} from '../../engines/postgres/base/clusters.ts';
import { postgresVersions } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import {
  checkOf,
  type Created,
  ledger,
  type Scene,
  scene,
  startRecovered,
  type Verified,
} from './recovering.ts';

describe.each(postgresVersions())('recovery of PostgreSQL $major', ({ bin }) => {
  let at: Scene;
  let id = '';
  let second = '';
  let pgbenchRows = '';
  const moments: { readonly at: string; readonly lsn: string }[] = [];

  beforeAll(async () => {
    at = await scene(bin);
    const { server } = at;
    await pgbench(server, ['-i', '-q', '-s', '1']);
    await whileWriting(server, async () => {
      const created = await at.run<Created>(['backup', 'create', '--kind', 'base']);
      id = created.backup.id;
      for (const number of [1, 2]) moments.push(await at.commit(number));
      await server.psql(`select pg_create_restore_point('before deploy')`);
      for (const number of [3, 4]) moments.push(await at.commit(number));
    });
    await at.switched();
    second = (await at.run<Created>(['backup', 'create', '--kind', 'base', '--no-fingerprints']))
      .backup.id;
    await at.switched();
    pgbenchRows = await server.psql('select count(*) from pgbench_history');
    // Committed, and lost: its segment is never archived.
    await server.psql('alter system set archive_command = false');
    await server.reload();
    await at.commit(5);
    await at.lose();
  }, 60_000);
  afterAll(async () => at[Symbol.asyncDispose]());

  it('proves the restore point by its fingerprints', async () => {
    const proved = await at.run<Verified>(['restore-verify', id]);
    expect(proved).toMatchObject({ verified: true, backup: { id } });
    expect(proved.recovery).toMatchObject({ to: 'name', timeline: 1 });
    expect(proved.recovery?.target).toContain(`jem-db-${id}`);
    expect(checkOf(proved, 'content')).toMatchObject({ ok: true });
    expect(checkOf(proved, 'in progress')).toMatchObject({ ok: true });
    expect(checkOf(proved, 'target')?.detail).toContain('recovery stopping at restore point');
    expect(checkOf(proved, 'pg_amcheck')).toMatchObject({ ok: true });
    expect(proved.tables.length).toBeGreaterThan(4);
  });

  it('recovers all that was archived, and no committed transaction is missing there', async () => {
    const proved = await at.run<Verified>(['restore-verify', '--to-latest']);
    expect(proved).toMatchObject({
      verified: true,
      backup: { id: second },
      recovery: { to: 'latest', target: null },
    });
    expect(proved.recovery?.lastTransactionAt).toBe(proved.recovery?.newest.at);
    expect(checkOf(proved, 'fingerprints')).toMatchObject({ ok: null });

    await using root = await serverFolder();
    await at.run(['restore', id, '--into', join(root.path, 'data'), '--to-latest']);
    await using server = await startRecovered(at.server, root.path, 'open');
    expect(await ledger(server)).toBe('1,2,3,4');
    expect(await server.psql('select count(*) from pgbench_history')).toBe(pgbenchRows);
    const sums = (await server.psql(sumsSql)).split('|');
    expect(new Set(sums).size).toBe(1);
    const kept = Number(pgbenchRows) + 4;
    process.stdout.write(
      `${kept} of ${kept + 1} transactions came back, those of all archived segments\n`,
    );
  });

  it('stops at a time, paused, and opens when it is told to', async () => {
    await using root = await serverFolder();
    const into = join(root.path, 'data');
    const target = ['--to-time', moments[1]?.at ?? ''];
    const prepared = await at.run<Prepared>(['restore', id, '--into', into, ...target]);
    expect(prepared.recovery).toMatchObject({ timeline: 1, action: 'pause' });
    await using server = await startRecovered(at.server, root.path, 'paused');
    expect(await ledger(server)).toBe('1,2');
    const sums = (await server.psql(sumsSql)).split('|');
    expect(new Set(sums).size).toBe(1);
    await server.psql('select pg_wal_replay_resume()');
    await until(
      'it to open',
      async () => (await server.psql('select pg_is_in_recovery()')) === 'f',
    );
    expect(await ledger(server)).toBe('1,2');
  });

  it.each([
    { to: 'time', exclusive: false, value: () => moments[2]?.at ?? '' },
    { to: 'lsn', exclusive: true, value: () => moments[2]?.lsn ?? '' },
    { to: 'name', exclusive: false, value: () => 'before deploy' },
  ])('proves a recovery to a $to', async ({ to, exclusive, value }) => {
    const target = [`--to-${to}`, value(), ...(exclusive ? ['--exclusive'] : [])];
    const proved = await at.run<Verified>(['restore-verify', ...target]);
    // The newest backup is behind the target.
    expect(proved).toMatchObject({ verified: true, backup: { id }, recovery: { to } });
    expect(checkOf(proved, 'target')).toMatchObject({ ok: true });
    const { recovery, recoveryPoint } = proved;
    expect(recoveryPoint).toBe(recovery?.lastTransactionAt);
    expect((recovery?.unpackMs ?? 0) + (recovery?.replayMs ?? 0)).toBeCloseTo(proved.restoreMs, -1);
  });

  it('refuses a target out of reach before anything is written, and says what is within', async () => {
    await using root = await serverFolder();
    const into = join(root.path, 'data');
    const cases = [
      [['--to-time', '2020-01-01 00:00Z'], 'holds what was there at'],
      [['--to-time', '2199-01-01 00:00Z'], 'The last transaction that is archived ended at'],
      [['--to-lsn', '0/100'], 'is consistent from'],
      [['--to-lsn', 'FF/0'], 'The last record that is archived begins at'],
      [['--to-name', 'nowhere'], 'there is none of that name'],
      [['--to-time', '2020-01-01 00:00Z', '--exclusive'], 'holds what was there at'],
      [['--to-latest', '--target-timeline', '7'], 'Timeline 7 does not lead from it'],
    ] as const;
    for (const [target, cause] of cases) {
      const refusal = await at.refused(['restore', '--into', into, ...target]);
      expect(refusal.code).toBe('restore-refused');
      expect(refusal.cause).toContain(cause);
    }
    const reach = await at.refused(['restore', '--into', into, '--to-lsn', 'FF/0']);
    expect(reach.cause).toMatch(/from 0\/\w+ \(.*Z\) to 0\/\w+ \(.*Z\) on timeline 1/);
    const proof = await at.refused(['restore-verify', id, '--to-lsn', 'FF/0']);
    expect(proof.code).toBe('restore-refused');
    expect(await readdir(root.path)).toEqual([]);
  });

  it('refuses what cannot be meant', async () => {
    const cases = [
      ['--to-time', '2026-11-21 14:00'],
      ['--to-lsn', 'here'],
      ['--to-name', 'x'.repeat(64)],
      ['--to-latest', '--to-lsn', '0/1'],
      ['--to-latest', '--exclusive'],
      ['--exclusive'],
      ['--target-timeline', '1'],
      ['--to-latest', '--target-action', 'pause'],
      ['--to-latest', '--target-action', 'stop'],
      ['--target-action', 'promote'],
      [],
    ];
    for (const words of cases) {
      const refusal = await at.refused(['restore', '--into', 'nowhere', ...words], 2);
      expect(refusal.code, words.join(' ')).toBe('usage');
    }
  });
});

interface Prepared {
  readonly recovery: { readonly timeline: number; readonly action: string };
}
