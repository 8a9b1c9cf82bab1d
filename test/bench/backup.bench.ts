import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { cliPath } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { postgresVersions, startPostgres, type PostgresServer } from '../support/postgres.ts';
import { postgresData, sqliteData } from './backup-data.ts';
import { gigabytes, measureOn, printPairs, rounds } from './backup-rounds.ts';
import type { Command, Measurement } from './measure.ts';

/** What the issue allows; our own process may take so many MiB at any size. */
const limits = { postgres: 1.4, restore: 1.3, sqlite: 1.5, ownPeak: 150 };
const jobs = '2';

test.each(postgresVersions())('a backup and its proof on PostgreSQL $major', async (version) => {
  const { bin, major } = version;
  await using folder = await temporaryFolder();
  await using server = await startPostgres({
    bin,
    conf: ['autovacuum = off', 'max_wal_size = 4GB'],
  });
  await using other = await startPostgres({ bin, conf: likeThrowaway });
  await using usual = await startPostgres({ bin, conf: asInitdbMakesIt });
  const cwd = folder.path;
  const dump = join(cwd, 'dump');
  await server.psql(`${postgresData(gigabytes)} VACUUM ANALYZE; CHECKPOINT;`);
  const env = { JEM_DB_POSTGRES_BIN: bin, JEM_DB_JOBS: jobs, JEM_DB_DATABASE_URL: server.url() };
  const jemDb = (...args: string[]): Command => {
    return { program: process.execPath, args: [cliPath, ...args], cwd, env };
  };
  const measured = contest(['backup', 'dump', 'verify', 'fast', 'restore']);
  let compression: readonly string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await emptied(cwd);
    measured.backup.push(await measureOn(server, jemDb('backup', 'create', '--json')));
    compression = await chosenCompression(cwd, major);
    const options = ['-Fd', '-j', jobs, ...compression, '-f', dump, '-d', server.url()];
    measured.dump.push(
      await measureOn(server, { program: join(bin, 'pg_dump'), args: options, cwd }),
    );
    measured.verify.push(await measureOn(null, jemDb('restore-verify')));
    measured.fast.push(await restored(other, dump, cwd));
    measured.restore.push(await restored(usual, dump, cwd));
  }
  const title = `PostgreSQL ${major}, ${gigabytes} GB, ${jobs} jobs`;
  const backups = printPairs(`${title}: a backup with all fingerprints`, [
    { name: 'backup create', measured: measured.backup, limit: limits.postgres },
    { name: ['pg_dump -Fd', ...compression].join(' '), measured: measured.dump, limit: null },
  ]);
  const restores = printPairs(`${title}: its proof`, [
    { name: 'restore-verify', measured: measured.verify, limit: limits.restore },
    { name: 'pg_restore, as if thrown away', measured: measured.fast, limit: null },
    { name: 'pg_restore', measured: measured.restore, limit: null },
  ]);
  expect.soft(backups[0]).toBeLessThanOrEqual(limits.postgres);
  expect.soft(restores[0]).toBeLessThanOrEqual(limits.restore);
  for (const { ownPeakMiB } of [...measured.backup, ...measured.verify])
    expect.soft(ownPeakMiB).toBeLessThan(limits.ownPeak);
});

/** What the support of tests changes, back again. */
const asInitdbMakesIt = ['fsync = on', 'shared_buffers = 128MB'];

/** As jem-db's own throwaway servers are: what is restored here is gone with a power cut. */
const likeThrowaway = [
  ...['fsync = off', 'full_page_writes = off', 'synchronous_commit = off', 'autovacuum = off'],
  ...['wal_level = minimal', 'max_wal_senders = 0', 'max_wal_size = 1GB', 'jit = off'],
  ...['shared_buffers = 128MB', 'maintenance_work_mem = 128MB'],
];

async function restored(server: PostgresServer, dump: string, cwd: string): Promise<Measurement> {
  const args = ['-j', jobs, '-d', await server.createDatabase(), dump];
  const measured = await measureOn(server, { program: join(server.bin, 'pg_restore'), args, cwd });
  await server.psql(`DROP DATABASE ${new URL(args[3] ?? '').pathname.slice(1)}`);
  return measured;
}

/** pg_dump's own option for what the backup is compressed with. */
async function chosenCompression(cwd: string, major: number): Promise<readonly string[]> {
  const output = await readFile(join(cwd, 'output.log'), 'utf8');
  const { id } = JSON.parse(output).result.backup;
  const manifest = await readFile(join(cwd, 'backups', id, 'manifest.json'), 'utf8');
  const { compression } = JSON.parse(manifest).facts.dump;
  return major < 16 ? [] : [`--compress=${compression}`];
}

test('a backup and its proof on SQLite', async () => {
  await using folder = await temporaryFolder();
  const [file, cwd] = [join(folder.path, 'app.db'), join(folder.path, 'work')];
  await execa('/usr/bin/sqlite3', [file], { input: sqliteData(gigabytes) });
  await mkdir(cwd);
  const env = { JEM_DB_DATABASE_URL: file };
  const jemDb = (...args: string[]): Command => {
    return { program: process.execPath, args: [cliPath, ...args], cwd, env };
  };
  const theirs: Command = { program: '/usr/bin/sqlite3', args: [file, '.backup copy.db'], cwd };
  const measured = contest(['plain', 'compressed', 'verify', 'peer']);
  for (let round = 0; round < rounds; round += 1) {
    await emptied(cwd);
    measured.compressed.push(await measureOn(null, jemDb('backup', 'create')));
    await emptied(cwd);
    measured.plain.push(await measureOn(null, jemDb('backup', 'create', '--compress', 'none')));
    measured.verify.push(await measureOn(null, jemDb('restore-verify')));
    measured.peer.push(await measureOn(null, theirs));
  }
  const [ratio] = printPairs(`SQLite, ${gigabytes} GB: a backup with all fingerprints`, [
    { name: 'backup create --compress none', measured: measured.plain, limit: limits.sqlite },
    { name: 'backup create', measured: measured.compressed, limit: null },
    { name: 'restore-verify', measured: measured.verify, limit: null },
    { name: 'sqlite3 .backup', measured: measured.peer, limit: null },
  ]);
  expect.soft(ratio).toBeLessThanOrEqual(limits.sqlite);
  for (const { ownPeakMiB } of [...measured.plain, ...measured.compressed, ...measured.verify])
    expect.soft(ownPeakMiB).toBeLessThan(limits.ownPeak);
});

function contest<Name extends string>(names: readonly Name[]): Record<Name, Measurement[]> {
  const empty = names.map((name) => [name, []] as const);
  return Object.fromEntries(empty) as unknown as Record<Name, Measurement[]>;
}

/** Removes what the round before has made. */
async function emptied(cwd: string): Promise<void> {
  const made = ['backups', 'dump', 'copy.db'].map((name) => join(cwd, name));
  await Promise.all(made.map((path) => rm(path, { recursive: true, force: true })));
}
