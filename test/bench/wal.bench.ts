import { chmod, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { cliPath } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { serverUser } from '../support/os-user.ts';
import { ownedFolder, password, superuser } from '../support/postgres-server.ts';
import { type PostgresServer, postgresVersions, startPostgres } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { median } from './measure.ts';
import { printTable } from './table.ts';

const segments = Number(process.env['JEM_DB_BENCH_SEGMENTS'] ?? 100);
const rounds = Number(process.env['JEM_DB_BENCH_ROUNDS'] ?? 3);

interface Way {
  readonly name: string;
  readonly command: string;
  /** Folders that a round begins without. */
  readonly clean: readonly string[];
  /** Its work is done by a process that the archiver does not wait for. */
  readonly apart?: boolean;
  prepare?(): Promise<unknown>;
}

interface Round {
  readonly wallMs: number;
  readonly cpuMs: number;
}

test(`archives ${segments} segments through the archiver of a server`, async () => {
  // The oldest: Debian's pgBackRest knows it.
  const { bin } = postgresVersions()[0]!;
  await using folder = await temporaryFolder();
  await chmod(folder.path, 0o755);
  const home = join(folder.path, 'home');
  await ownedFolder(home);
  await using server = await startPostgres({
    bin,
    conf: [
      'archive_mode = on',
      "archive_command = ''",
      'wal_keep_size = 8GB',
      'max_wal_size = 8GB',
    ],
  });
  await write(server);
  const ways = [...simpleWays(home), ...(await pgBackRestWays(server, home))];
  const rows = ways.map((way) => ({ way, rounds: [] as Round[] }));
  for (let round = 0; round < rounds; round++)
    for (const row of rows) row.rounds.push(await archive(server, row.way));
  const results = rows.map(({ way, rounds }) => ({
    ...way,
    wall: median(rounds.map(({ wallMs }) => wallMs)),
    cpu: way.apart ? null : median(rounds.map(({ cpuMs }) => cpuMs)),
  }));
  const node = results.find(({ name }) => name === 'node -e 0')!;
  printTable(
    `ms a segment of 16 MB, median of ${rounds} (${segments} segments; ratios against node -e 0)`,
    ['', 'ms', 'CPU ms', 'ratio', 'CPU ratio'],
    results.map(({ name, wall, cpu }) => [
      ...[name, wall, cpu, wall / node.wall],
      cpu === null ? null : cpu / (node.cpu ?? Number.NaN),
    ]),
  );
  expect(results).toHaveLength(ways.length);
});

function simpleWays(home: string): Way[] {
  const archive = join(home, 'archive');
  const jemDb = (name: string, more: string): Way => ({
    name,
    command: `HOME=${home} ${more} ${process.execPath} ${cliPath} backup wal push "%p" --backups ${home}/backups`,
    clean: [join(home, 'backups'), join(home, '.local')],
  });
  return [
    { name: '/bin/true', command: '/bin/true', clean: [] },
    { name: 'node -e 0', command: `${process.execPath} -e 0`, clean: [] },
    {
      name: 'cp',
      command: `cp "%p" ${archive}/%f`,
      clean: [archive],
      prepare: () => ownedFolder(archive),
    },
    jemDb('jem-db', ''),
    jemDb('jem-db, encrypted', `JEM_DB_BACKUP_KEY=${'ab'.repeat(32)}`),
    jemDb('jem-db, not compressed', 'JEM_DB_COMPRESS=none'),
  ];
}

/** None where it is not installed. */
async function pgBackRestWays(server: PostgresServer, home: string): Promise<Way[]> {
  const { failed } = await execa('pgbackrest', ['version'], { reject: false });
  if (failed) return [];
  const repository = join(home, 'pgbackrest');
  const spool = join(home, 'spool');
  const config = join(home, 'pgbackrest.conf');
  await writeFile(
    config,
    [
      ...['[global]', `repo1-path=${repository}`, `spool-path=${spool}`, `lock-path=${home}/lock`],
      ...[`log-path=${home}`, 'log-level-console=off', 'log-level-file=off', 'process-max=2'],
      ...['[bench]', `pg1-path=${server.dataFolder}`, `pg1-port=${server.port}`],
      ...[`pg1-socket-path=${server.socketFolder}`, `pg1-user=${superuser}`, ''],
    ].join('\n'),
  );
  await chmod(config, 0o644);
  const run = `pgbackrest --config=${config} --stanza=bench`;
  const prepare = async () => {
    await ownedFolder(repository);
    await ownedFolder(spool);
    const [program = '', ...args] = `${run} --no-online stanza-create`.split(' ');
    await execa(program, args, { ...serverUser(), env: { PGPASSWORD: password } });
  };
  const way = (name: string, more: string, apart = false): Way => ({
    ...{ name: `pgBackRest ${name}`, apart, prepare, clean: [repository, spool] },
    command: `${run} ${more} archive-push "%p"`,
  });
  return [
    way('gz -1', '--compress-type=gz --compress-level=1'),
    way('zst', '--compress-type=zst'),
    way('zst, async', '--compress-type=zst --archive-async', true),
  ];
}

/** Writes segments as a working database does, all of them full. */
async function write(server: PostgresServer): Promise<void> {
  const connection = ['-h', server.socketFolder, '-p', String(server.port), '-U', superuser];
  const pgbench = (args: readonly string[]) =>
    execa(join(server.bin, 'pgbench'), [...args, ...connection, 'postgres'], {
      env: { PGPASSWORD: password },
    });
  await pgbench(['-i', '-s', '10', '-q']);
  while ((await waiting(server)) < segments) {
    await pgbench(['-c', '2', '-t', '3000', '-n']);
    await server.psql('checkpoint');
  }
}

async function archive(server: PostgresServer, way: Way): Promise<Round> {
  for (const path of way.clean) await rm(path, { recursive: true, force: true });
  await way.prepare?.();
  await again(server);
  const archiver = Number(
    await server.psql("select pid from pg_stat_activity where backend_type = 'archiver'"),
  );
  const before = await childrenCpuMs(archiver);
  await server.psql(`alter system set archive_command = '${way.command}'`);
  const start = performance.now();
  await server.reload();
  await until('all to be archived', async () => (await waiting(server)) === 0, 600_000);
  const wallMs = (performance.now() - start) / segments;
  await server.psql("alter system set archive_command = ''");
  await server.reload();
  await pause(500);
  return { wallMs, cpuMs: ((await childrenCpuMs(archiver)) - before) / segments };
}

function statusFolder({ dataFolder }: PostgresServer): string {
  return join(dataFolder, 'pg_wal/archive_status');
}

async function waiting(server: PostgresServer): Promise<number> {
  const names = await readdir(statusFolder(server));
  return names.filter((name) => name.endsWith('.ready')).length;
}

/** Lets the first segments wait again, and no others. */
async function again(server: PostgresServer): Promise<void> {
  const folder = statusFolder(server);
  const names = (await readdir(folder)).toSorted();
  for (const [index, name] of names.entries()) {
    const [segment = ''] = name.split('.');
    const wanted = index < segments ? 'ready' : 'done';
    if (!name.endsWith(wanted))
      await rename(join(folder, name), join(folder, `${segment}.${wanted}`));
  }
}

/** CPU of all that a process has started and waited for. */
async function childrenCpuMs(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}
