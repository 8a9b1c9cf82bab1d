import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jemDb, startJemDb } from '../../support/cli.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { type PostgresServer, postgresVersions, startPostgres } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';

interface Status {
  readonly clusters: readonly {
    readonly timelines: readonly { readonly segments: number; readonly gaps: readonly object[] }[];
  }[];
}

test.each(postgresVersions())(
  'PostgreSQL $major: a second receiver is refused by name, and the first one goes on',
  async ({ bin }) => {
    await using folder = await temporaryFolder();
    const cwd = folder.path;
    await using server = await startPostgres({ bin });
    for (const slot of ['jem', 'other'])
      await server.psql(`select pg_create_physical_replication_slot('${slot}', true)`);
    const words = (slot: string, spool: string) => [
      ...['backup', 'wal', 'receive', '-d', server.url(), '--slot', slot, '--synchronous'],
      ...['--spool', join(cwd, spool), '--partial-every', '200ms', '--postgres-bin', bin],
    ];
    const first = startJemDb(words('jem', 'spool'), { cwd });
    await flushed(server);

    const sameSpool = await jemDb([...words('other', 'spool'), '--json'], { cwd });
    const sameSlot = await jemDb([...words('jem', 'elsewhere'), '--json'], { cwd });
    for (const [refused, name] of [
      [sameSpool, join(cwd, 'spool')],
      [sameSlot, 'slot jem'],
    ] as const) {
      expect(refused.exitCode).toBe(3);
      const { error } = refused.json();
      expect(error).toMatchObject({ code: 'wal-receiver-busy', retryable: true });
      expect(error?.['message']).toContain(name);
    }
    expect(sameSpool.json().error?.['cause']).toContain(`process ${first.pid}`);
    for (let at = 0; at < 3; at++)
      await server.psql(
        "select pg_switch_wal() from pg_logical_emit_message(true, 'test', repeat('x', 9999))",
      );
    await flushed(server);

    // What is left of a receiver that was killed keeps nobody out.
    first.kill('SIGKILL');
    await first;
    await until('its connection to be gone', async () => (await receivers(server)) === 0);
    const next = startJemDb(words('jem', 'spool'), { cwd });
    await server.psql('select pg_switch_wal()');
    await flushed(server);
    next.kill('SIGTERM');
    expect((await next).exitCode).toBe(143);
    const status = await jemDb(['backup', 'wal', 'status', '--json'], { cwd });
    const [timeline] = status.json<Status>().result.clusters[0]?.timelines ?? [];
    expect(status.exitCode).toBe(0);
    expect(timeline?.gaps).toEqual([]);
    expect(timeline?.segments).toBeGreaterThanOrEqual(4);
  },
  90_000,
);

/** Waits until a receiver has all that there is. */
async function flushed(server: PostgresServer): Promise<void> {
  await until('a receiver', async () => (await receivers(server)) > 0);
  // One that has nothing to flush says so every ten seconds only.
  await server.psql("select pg_logical_emit_message(true, 'test', 'x')");
  const target = await server.psql('select pg_current_wal_flush_lsn()');
  await until(`${target} to be received`, async () => {
    const sql = `select count(*) from pg_stat_replication where flush_lsn >= '${target}'`;
    return Number(await server.psql(sql)) > 0;
  });
}

async function receivers(server: PostgresServer): Promise<number> {
  return Number(await server.psql('select count(*) from pg_stat_replication'));
}
