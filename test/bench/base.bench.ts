import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cliPath } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { serverUser } from '../support/os-user.ts';
import { ownedFolder, superuser, type PostgresServer } from '../support/postgres-server.ts';
import { postgresVersions, startPostgres } from '../support/postgres.ts';
import { postgresData } from './backup-data.ts';
import { gigabytes, measureOn, printPairs, rounds } from './backup-rounds.ts';
import type { Command, Measurement } from './measure.ts';

/** Our own process may take so many MiB at any size. */
const ownPeak = 150;
/** The newest that Debian's pgBackRest (2.45) knows. */
const newestOfPeer = 15;
const pgbackrest = '/usr/bin/pgbackrest';

test.each(postgresVersions())('a base backup of PostgreSQL $major', async ({ bin, major }) => {
  await using folder = await temporaryFolder();
  await ownedFolder(folder.path);
  await using server = await startPostgres({
    bin,
    conf: ['autovacuum = off', 'max_wal_size = 4GB'],
    hba: ['local all all trust', 'local replication all trust'],
  });
  await server.psql(`${postgresData(gigabytes)} VACUUM ANALYZE; CHECKPOINT;`);
  const cwd = folder.path;
  const peer = major <= newestOfPeer ? peerOf(server, cwd) : null;
  if (peer) await measureOn(null, peer('stanza-create'));
  const env = { JEM_DB_POSTGRES_BIN: bin, JEM_DB_DATABASE_URL: server.url() };
  const jemDb = (...args: string[]): Command => {
    return { program: process.execPath, args: [cliPath, ...args], cwd, env };
  };
  const create = ['backup', 'create', '--kind', 'base', '--compress', 'gzip:1'];
  const names = ['backup', 'plain', 'peerBackup', 'restore', 'unpack', 'peerRestore'] as const;
  const measured: Record<(typeof names)[number], Measurement[]> = {
    ...{ backup: [], plain: [], peerBackup: [] },
    ...{ restore: [], unpack: [], peerRestore: [] },
  };
  for (let round = 0; round < rounds; round += 1) {
    for (const name of ['backups', 'plain', 'restored', 'unpacked', 'peer-restored'])
      await rm(join(cwd, name), { recursive: true, force: true });
    measured.backup.push(await measureOn(server, jemDb(...create, '--no-fingerprints')));
    measured.plain.push(await measureOn(server, baseBackup(server, cwd)));
    measured.restore.push(
      await measureOn(null, jemDb('restore', 'latest', '--into', join(cwd, 'restored'))),
    );
    await mkdir(join(cwd, 'unpacked'));
    measured.unpack.push(await measureOn(null, unpacking(bin, cwd)));
    if (peer === null) continue;
    measured.peerBackup.push(await measureOn(server, peer('backup', '--type=full')));
    await ownedFolder(join(cwd, 'peer-restored'));
    const into = `--pg1-path=${join(cwd, 'peer-restored')}`;
    measured.peerRestore.push(await measureOn(null, peer('restore', into)));
  }
  const title = `PostgreSQL ${major}, ${gigabytes} GB, gzip 1`;
  const own = (name: string, runs: readonly Measurement[]) => ({
    name,
    measured: runs,
    limit: null,
  });
  printPairs(`${title}: a full backup`, [
    own('backup create --kind base', measured.backup),
    ...(peer ? [own('pgbackrest backup', measured.peerBackup)] : []),
    own('pg_basebackup -Ft', measured.plain),
  ]);
  printPairs(`${title}: its restore`, [
    own('restore --into DIR', measured.restore),
    ...(peer ? [own('pgbackrest restore', measured.peerRestore)] : []),
    own('tar -xz, pg_verifybackup, sync', measured.unpack),
  ]);
  for (const { ownPeakMiB } of [...measured.backup, ...measured.restore])
    expect.soft(ownPeakMiB).toBeLessThan(ownPeak);
});

function baseBackup({ bin, socketFolder, port }: PostgresServer, cwd: string): Command {
  const args = [
    ...['-h', socketFolder, '-p', String(port), '-U', superuser, '-D', join(cwd, 'plain')],
    ...['-Ft', '-X', 'fetch', '-c', 'fast', '--compress=server-gzip:1'],
  ];
  return { program: join(bin, 'pg_basebackup'), args, cwd };
}

function unpacking(bin: string, cwd: string): Command {
  const steps = [
    `tar -xzf ${join(cwd, 'plain/base.tar.gz')} -C unpacked`,
    `cp ${join(cwd, 'plain/backup_manifest')} unpacked`,
    `${join(bin, 'pg_verifybackup')} --quiet unpacked`,
    'sync -f unpacked',
  ];
  return { program: '/bin/sh', args: ['-ec', steps.join(' && ')], cwd };
}

/** As the user of the server, as pgBackRest is meant to run; without WAL, which we include. */
function peerOf({ dataFolder, socketFolder, port }: PostgresServer, cwd: string) {
  const { uid, gid } = serverUser();
  const settings = [
    ...['--stanza=bench', `--repo1-path=${join(cwd, 'peer')}`, '--log-level-file=off'],
    ...[`--lock-path=${join(cwd, 'peer-lock')}`, `--spool-path=${join(cwd, 'peer-spool')}`],
    ...['--compress-type=gz', '--compress-level=1'],
  ];
  const source = [
    ...[`--pg1-path=${dataFolder}`, `--pg1-socket-path=${socketFolder}`, `--pg1-port=${port}`],
    `--pg1-user=${superuser}`,
  ];
  return (verb: string, ...more: readonly string[]): Command => {
    const backup = verb === 'backup' ? ['--start-fast', '--no-archive-check'] : [];
    const spool = settings.filter((one) => verb !== 'stanza-create' || !/compress|spool/.test(one));
    const own = spool.filter((one) => verb === 'backup' || !one.includes('compress'));
    const fitting = own.filter((one) => verb === 'restore' || !one.includes('spool'));
    const where = verb === 'restore' ? [] : source;
    const program = '/usr/bin/setpriv';
    const user = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
    return {
      program,
      cwd,
      args: [...user, pgbackrest, ...fitting, ...where, ...backup, ...more, verb],
    };
  };
}
