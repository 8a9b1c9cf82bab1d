import { access } from 'node:fs/promises';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { keysAt, newPlace } from '../../repository/bucket.ts';
import { filesBelow } from '../../repository/making.ts';
import { jemDb } from '../../support/cli.ts';
import { freePort } from '../../support/free-port.ts';
import { ownedFolder } from '../../support/postgres-server.ts';
import { type PostgresServer, postgresVersions } from '../../support/postgres.ts';
import { childrenOf, processEnd, signalProcess } from '../../support/processes.ts';
import { hasStore, store } from '../../support/s3.ts';
import { startDoor } from '../../support/s3-server.ts';
import { until } from '../../support/until.ts';
import { type ArchivedServer, type Bucket, startArchived, walCommand } from './archived-server.ts';

/** Fills segments with what does not get smaller, and returns the name of the last whole one. */
async function fill(server: PostgresServer, segments: number): Promise<string> {
  const sql = `select pg_logical_emit_message(false, 'noise', string_agg(sha512(random()::text::bytea), ''::bytea)) from generate_series(1, 120000);
    select pg_walfile_name(pg_switch_wal());`;
  const told = await server.psql(sql.repeat(segments));
  return told.split('\n').at(-1) ?? '';
}

async function failures(server: PostgresServer): Promise<number> {
  return Number(await server.psql('select failed_count from pg_stat_archiver'));
}

/** Names of the segments that the server still has and has not handed over. */
async function waiting(server: PostgresServer): Promise<readonly string[]> {
  const sql = `select replace(status.name, '.ready', '') from pg_ls_archive_statusdir() status
    join pg_ls_waldir() wal on status.name = wal.name || '.ready' order by 1`;
  return (await server.psql(sql)).split('\n').filter(Boolean);
}

/** An archiver that has failed three times rests for a minute, unless a new segment wakes it. */
async function archivedAll({ server }: ArchivedServer, last: string): Promise<void> {
  for (let pokes = 0; pokes < 10; pokes++) {
    await server.psql(`select pg_logical_emit_message(true, 'poke', ''), pg_switch_wal()`);
    const isDone = async () =>
      (await server.psql(`select last_archived_wal >= '${last}' from pg_stat_archiver`)) === 't';
    if (await until(`${last} to be archived`, isDone, 8_000).catch(() => false)) return;
  }
  throw new Error(`${last} was never archived:\n${await server.log()}`);
}

/** Every segment from the first to the last is stored, once, and nothing is half stored. */
function expectWhole(paths: readonly string[], from: string, to: string): void {
  const names = paths.map((path) => path.split('/').at(-1) ?? '');
  expect(names.filter((name) => name.startsWith('.') || name.endsWith('.partial'))).toEqual([]);
  const numbers = names.map((name) => Number.parseInt(name.slice(16, 24), 16));
  const [first, last] = [from, to].map((name) => Number.parseInt(name.slice(16), 16));
  for (let number = first ?? 0; number <= (last ?? 0); number++)
    expect(numbers.filter((one) => one === number)).toHaveLength(1);
}

async function expectSound(home: string, bucket: Bucket | null): Promise<void> {
  const env = bucket ? { JEM_DB_BACKUPS: bucket.place, JEM_DB_S3_ENDPOINT: bucket.endpoint } : {};
  for (const verb of [
    ['wal', 'status'],
    ['check', '--wal'],
  ]) {
    const { exitCode, stdout, stderr } = await jemDb(['backup', ...verb], { cwd: home, env });
    expect(exitCode, stdout + stderr).toBe(0);
  }
}

describe.runIf(hasStore())('a store that is away', () => {
  it.concurrent.each(postgresVersions())(
    'while PostgreSQL $major writes: it keeps its log, is restarted, and hands all of it over',
    async ({ bin }) => {
      const port = await freePort();
      const door = await startDoor(store().folder, port);
      const bucket = { place: await newPlace(), endpoint: `http://127.0.0.1:${port}` };
      await using archived = await startArchived(bin, [], bucket);
      const { server, home } = archived;
      const first = await archived.switched();
      door.kill('SIGKILL');
      await processEnd(door.pid ?? 0);
      const last = await fill(server, 3);
      await until('the archiver to fail', async () => (await failures(server)) > 0);
      const kept = await waiting(server);
      expect(kept.length).toBeGreaterThanOrEqual(3);
      expect(kept.at(-1)).toBe(last);
      expect(await server.log()).toMatch(
        new RegExp(`^error: ${bucket.place} cannot be reached at\\s+${bucket.endpoint}$`, 'm'),
      );
      expect(await server.log()).toMatch(/archive command failed with exit code 3$/m);
      // Told by an exit code, and not by a signal or more than 125, which would end the archiver.
      expect(await server.log()).not.toMatch(/PANIC|FATAL|^ {4}at /m);
      await server.stop('immediate');
      const again = await startDoor(store().folder, port);
      await server.start();
      await killPush(server, bucket.place);
      await server.kill();
      await server.start();
      await archivedAll(archived, last);
      const keys = await keysAt(bucket.place);
      expectWhole(keys, first, last);
      await expectSound(home, bucket);
      expect(await server.log()).not.toMatch(/PANIC/);
      again.kill();
    },
    120_000,
  );
});

/** Ends the process that stores a segment just now, in the middle of it. */
async function killPush(server: PostgresServer, place: string): Promise<void> {
  const pid = Number(
    await server.psql("select pid from pg_stat_activity where backend_type = 'archiver'"),
  );
  const isGrowing = (key: string): boolean => /\/\.[0-9A-F]{24}-/.test(key);
  await until('a segment to be on its way', async () => (await keysAt(place)).some(isGrowing));
  const [push] = await childrenOf(pid);
  expect(push).toBeDefined();
  for (const one of [...(await childrenOf(push ?? 0)), push ?? 0]) signalProcess(one, 'SIGKILL');
  expect((await keysAt(place)).some(isGrowing)).toBe(true);
}

const isRoot = process.getuid?.() === 0;

it.runIf(isRoot).each(postgresVersions())(
  'PostgreSQL $major: a full archive disk takes nothing by halves, and the server goes on',
  async ({ bin }) => {
    await using archived = await startArchived(bin, ["archive_command = ''"]);
    const { server, home, backups } = archived;
    await ownedFolder(backups);
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=20m,mode=777', 'tmpfs', backups]);
    try {
      const first = await server.psql('select pg_walfile_name(pg_current_wal_insert_lsn())');
      await server.psql(`alter system set archive_command = '${walCommand('push', home)}'`);
      await server.reload();
      const last = await fill(server, 4);
      await until('the archiver to fail', async () => (await failures(server)) > 0);
      expect(await server.log()).toMatch(/^error: .* is full/m);
      expect(await server.log()).toMatch(/archive command failed with exit code 4$/m);
      expect((await waiting(server)).length).toBeGreaterThan(0);
      await server.psql('create table goes_on as select 1');
      const stored = [...(await filesBelow(backups)).keys()];
      expect(stored.length).toBeGreaterThan(0);
      expectWhole(stored, first, first);
      await expectSound(home, null);
      await execa('mount', ['-o', 'remount,size=400m', backups]);
      await archivedAll(archived, last);
      expectWhole([...(await filesBelow(backups)).keys()], first, last);
      await expectSound(home, null);
      expect(await server.log()).not.toMatch(/PANIC/);
    } finally {
      await server.stop('immediate');
      await execa('umount', ['--lazy', backups]);
    }
  },
  90_000,
);

const fakeClock = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
const hasFakeClock = await access(fakeClock).then(
  () => true,
  () => false,
);

describe.runIf(hasFakeClock && hasStore())('a clock that was set back (libfaketime)', () => {
  it('of the server and its archiver loses nothing, and the window is still kept', async () => {
    const { bin } = postgresVersions().at(-1)!;
    const bucket = { place: await newPlace(), endpoint: store().endpoint };
    await using archived = await startArchived(bin, [], bucket);
    const { server, home } = archived;
    const options = {
      cwd: home,
      env: {
        DATABASE_URL: server.url(),
        JEM_DB_POSTGRES_BIN: bin,
        JEM_DB_BACKUPS: bucket.place,
        JEM_DB_S3_ENDPOINT: bucket.endpoint,
      },
    };
    const run = async (...args: string[]) => {
      const done = await jemDb([...args, '--json'], options);
      expect(done.exitCode, done.stdout + done.stderr).toBe(0);
      return done.json().result;
    };
    await server.psql('create table t as select 1 as n');
    await run('backup', 'create', '--kind', 'base');
    const first = await archived.switched();
    await server.stop();
    const past = {
      ...{ LD_PRELOAD: fakeClock, FAKETIME: '-2h', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
    };
    await server.start(past);
    expect(Date.parse(await server.psql('select now()'))).toBeLessThan(Date.now() - 7_000_000);
    await server.psql('insert into t values (2)');
    const last = await archived.switched();
    await run('backup', 'prune', '--keep-window', '1h', '--yes');
    expectWhole(await keysAt(bucket.place), first, last);
    await expectSound(home, bucket);
    const proved = await run('restore-verify', '--to-latest');
    expect(proved).toMatchObject({ verified: true, recovery: { to: 'latest' } });
  }, 60_000);
});
