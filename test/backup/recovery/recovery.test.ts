import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  pgbench,
  serverFolder,
  sumsSql,
  whileWriting,
} from '../../engines/postgres/base/clusters.ts';
import { postgresVersions } from '../../support/postgres.ts';
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
  let pgbenchRows = '';
  const moments: { readonly at: string; readonly lsn: string }[] = [];
  let last = '';

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
    last = await at.switched();
    pgbenchRows = await server.psql('select count(*) from pgbench_history');
    // Committed, and lost: its segment is never archived.
    await server.psql('alter system set archive_command = false');
    await server.reload();
    await at.commit(5);
    await at.lose();
  }, 60_000);
  afterAll(async () => at[Symbol.asyncDispose]());

  it('proves the restore point by its fingerprints', async () => {
    const proved = await at.run<Verified>(['restore-verify']);
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
    expect(proved).toMatchObject({ verified: true, recovery: { to: 'latest', target: null } });
    expect(proved.recovery?.lastTransactionAt).toBe(proved.recovery?.newest.at);
    expect(checkOf(proved, 'fingerprints')).toMatchObject({ ok: null });

    await using root = await serverFolder();
    await at.run(['restore', '--into', join(root.path, 'data'), '--to-latest']);
    await using server = await startRecovered(at.server, root.path, 'open');
    expect(await ledger(server)).toBe('1,2,3,4');
    expect(await server.psql('select count(*) from pgbench_history')).toBe(pgbenchRows);
    const sums = (await server.psql(sumsSql)).split('|');
    expect(new Set(sums).size).toBe(1);
    console.log(`lost: 1 of ${Number(pgbenchRows) + 5} transactions, after ${last}`);
  });
});
