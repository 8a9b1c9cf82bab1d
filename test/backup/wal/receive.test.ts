import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { filesBelow } from '../../repository/making.ts';
import { jemDb, startJemDb } from '../../support/cli.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { password, superuser } from '../../support/postgres-server.ts';
import { type PostgresServer, postgresVersions, startPostgres } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { copyOf, recover, walCommand } from './archived-server.ts';

test.each(postgresVersions())(
  'PostgreSQL $major: what was committed before the server’s disk was lost comes back',
  async ({ bin }) => {
    await using folder = await temporaryFolder();
    const cwd = folder.path;
    await using server = await startPostgres({ bin });
    const url = server.url();
    const made = await jemDb(
      ['backup', 'wal', 'receive', '-d', url, '--slot', 'jem', '--create-slot', ...tools(server)],
      { cwd },
    );
    expect(made).toMatchObject({ exitCode: 0, stdout: 'The replication slot jem is created.\n' });
    const receive = () =>
      startJemDb(
        [
          ...['backup', 'wal', 'receive', '-d', url, '--slot', 'jem', '--synchronous'],
          ...['--partial-every', '200ms', '-v', ...tools(server)],
        ],
        { cwd },
      );
    let child = receive();
    // A slot keeps the log from its first use on.
    await flushed(server);
    const root = await copyOf(server);
    await execa(join(bin, 'pgbench'), ['-i', '-s', '1', '-q', ...connection(server)], login);
    await execa(join(bin, 'pgbench'), ['-c', '2', '-t', '50', '-n', ...connection(server)], login);
    await server.psql('select pg_switch_wal()');

    // Stopped, its spool lost, and begun anew; the server is restarted meanwhile.
    child.kill('SIGTERM');
    expect((await child).exitCode).toBe(143);
    await rm(join(cwd, '.local'), { recursive: true });
    await execa(join(bin, 'pgbench'), ['-c', '2', '-t', '50', '-n', ...connection(server)], login);
    child = receive();
    await flushed(server);
    await server.stop();
    await server.start();
    await execa(join(bin, 'pgbench'), ['-c', '2', '-t', '50', '-n', ...connection(server)], login);
    await flushed(server);
    const lines = await commandLines();
    const receivers = lines.filter((line) => line.includes('pg_receivewal'));
    expect(receivers.length).toBeGreaterThan(0);
    expect(receivers.filter((line) => line.includes(password))).toEqual([]);
    const before = await server.psql('select count(*), sum(delta) from pgbench_history');
    expect(before).toMatch(/^300\|/);
    await server.kill();
    child.kill('SIGTERM');
    const { exitCode, stderr } = await child;
    expect(exitCode).toBe(143);
    expect(stderr).not.toMatch(password);

    const status = await jemDb(['backup', 'wal', 'status', '--json'], { cwd });
    expect(status).toMatchObject({ exitCode: 0 });
    await readable(cwd);
    await using recovered = await recover(server, root, walCommand('fetch', cwd, '--partial'));
    expect(await recovered.psql('select count(*), sum(delta) from pgbench_history')).toBe(before);
  },
  90_000,
);

test('a slot is dropped again; one that is not there, and a server without a log, are told', async () => {
  await using folder = await temporaryFolder();
  const cwd = folder.path;
  const { bin } = postgresVersions()[1]!;
  await using server = await startPostgres({ bin });
  const slot = (change: string) =>
    jemDb(
      [
        'backup',
        'wal',
        'receive',
        '-d',
        server.url(),
        '--slot',
        'jem',
        change,
        '--json',
        ...tools(server),
      ],
      { cwd },
    );
  expect((await slot('--create-slot')).json().result).toEqual({ slot: 'jem', change: 'created' });
  expect((await slot('--drop-slot')).json().result).toEqual({ slot: 'jem', change: 'dropped' });
  const none = await jemDb(
    ['backup', 'wal', 'receive', '-d', server.url(), '--slot', 'jem', '--json', ...tools(server)],
    { cwd },
  );
  expect(none).toMatchObject({ exitCode: 4 });
  expect(none.json().error).toMatchObject({ code: 'wal-stream-failed' });
  expect(JSON.stringify(none.json())).not.toContain(password);
  await mkdir(join(cwd, 'x'));
  const file = await jemDb(['backup', 'wal', 'receive', '-d', './app.db'], { cwd });
  expect(file.exitCode).toBe(2);
});

/** The programs of the server's own version. */
function tools({ bin }: PostgresServer): string[] {
  return ['--postgres-bin', bin];
}

const login = { env: { PGPASSWORD: password } };

function connection(server: PostgresServer): string[] {
  return ['-h', server.socketFolder, '-p', String(server.port), '-U', superuser, 'postgres'];
}

/** Waits until the receiver has flushed all that there is. */
async function flushed(server: PostgresServer): Promise<void> {
  const target = await server.psql('select pg_current_wal_flush_lsn()');
  await until(`${target} to be received`, async () => {
    const sql = `select count(*) from pg_stat_replication where flush_lsn >= '${target}'`;
    return Number(await server.psql(sql)) > 0;
  });
}

async function commandLines(): Promise<string[]> {
  const { stdout } = await execa('ps', ['-eo', 'args', '-ww']);
  return stdout.split('\n');
}

/** For the server's user, who recovers from it. */
async function readable(folder: string): Promise<void> {
  expect((await readdir(folder)).includes('backups')).toBe(true);
  expect((await filesBelow(join(folder, 'backups'))).size).toBeGreaterThan(0);
  await execa('chmod', ['-R', 'a+rX', folder]);
}
