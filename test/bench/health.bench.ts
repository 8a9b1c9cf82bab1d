import { access } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { cliPath } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { postgresVersions, sharedPostgres } from '../support/postgres.ts';
import { measure, median, medianRatio, type Measurement } from './measure.ts';
import { printTable } from './table.ts';

const rounds = 7;

/** Actions of check_postgres, and the check that looks at the same. */
const checkPostgres = {
  connection: 'connection',
  backends: 'connections',
  locks: 'lock-waits',
  txn_idle: 'idle-in-transaction',
  txn_time: 'long-transactions',
  query_time: 'long-queries',
  prepared_txns: 'prepared-transactions',
  txn_wraparound: 'xid-wraparound',
  replication_slots: 'slot-wal',
  hitratio: 'cache-hits',
  disabled_triggers: 'disabled-triggers',
  sequence: 'sequences',
  bloat: 'table-bloat,index-bloat',
  wal_files: 'wal-directory',
  database_size: 'database-size',
} as const;

/** Services of check_pgactivity, and the check that looks at the same. */
const checkPgactivity = {
  connection: 'connection',
  backends: 'connections',
  max_freeze_age: 'xid-wraparound',
  oldest_idlexact: 'idle-in-transaction',
  oldest_xmin: 'xmin-horizon',
  longest_query: 'long-queries',
  hit_ratio: 'cache-hits',
  invalid_indexes: 'invalid-indexes',
  table_bloat: 'table-bloat',
  btree_bloat: 'index-bloat',
} as const;

const pgactivity = '/usr/lib/nagios/plugins/check_pgactivity';
const version = postgresVersions()[0];

test('health beside check_postgres and check_pgactivity', async () => {
  await access('/usr/bin/check_postgres');
  await access(pgactivity);
  const server = await sharedPostgres(version?.major ?? 0);
  const url = await server.createDatabase();
  const { hostname, port, username, password, pathname } = new URL(url);
  const name = pathname.slice(1);
  await server.psql(
    `do $$ begin for i in 1..300 loop
      execute format('create table t%s (id bigint generated always as identity primary key, x text, y int)', i);
      execute format('create index on t%s (x, y)', i);
    end loop; end $$; analyze`,
    name,
  );
  await using folder = await temporaryFolder();
  const cwd = folder.path;
  const env = { PGPASSWORD: decodeURIComponent(password) };
  const run = (line: string): Promise<Measurement> =>
    // What they find does not matter here, and neither does the exit code that tells it.
    measure({ program: '/bin/sh', args: ['-c', `${line}; true`], cwd, env });
  const ours = (ids: readonly string[]): string =>
    `${process.execPath} ${cliPath} health check -d '${url}' --json --only ${[...new Set(ids)].join(',')}`;
  const login = `-H ${hostname} -p ${port} -u ${username} -db ${name}`;
  const postgresLine = (action: string): string =>
    `check_postgres --action=${action} ${login} ${thresholds[action] === '' ? '' : `--warning=${thresholds[action] ?? '90%'}`}`;
  const pgactivityLine = (service: string): string =>
    `${pgactivity} -s ${service} -h ${hostname} -p ${port} -U ${username} -d ${name} -w 90 -c 95`;

  const runs = {
    all: [] as Measurement[],
    shared: [] as Measurement[],
    theirs: [] as Measurement[],
    sharedActivity: [] as Measurement[],
    activity: [] as Measurement[],
    one: [] as Measurement[],
    theirOne: [] as Measurement[],
  };
  for (let round = 0; round < rounds; round += 1) {
    runs.all.push(await run(`${process.execPath} ${cliPath} health check -d '${url}' --json`));
    runs.shared.push(await run(ours(Object.values(checkPostgres))));
    runs.theirs.push(await run(Object.keys(checkPostgres).map(postgresLine).join('; ')));
    runs.sharedActivity.push(await run(ours(Object.values(checkPgactivity))));
    runs.activity.push(await run(Object.keys(checkPgactivity).map(pgactivityLine).join('; ')));
    runs.one.push(await run(ours(['connection'])));
    runs.theirOne.push(await run(postgresLine('connection')));
  }
  const line = (words: string, list: readonly Measurement[], ratio: number | null) => [
    words,
    median(list.map(({ wallMs }) => wallMs)),
    median(list.map(({ cpuMs }) => cpuMs)),
    ratio,
  ];
  const many = medianRatio(runs.shared, runs.theirs, 'wallMs');
  const activity = medianRatio(runs.sharedActivity, runs.activity, 'wallMs');
  printTable(
    `Health of a database of 300 tables, median of ${rounds}`,
    ['', 'wall ms', 'CPU ms', 'ratio'],
    [
      line('health check, all checks', runs.all, null),
      line(`health check, ${Object.keys(checkPostgres).length} shared checks`, runs.shared, many),
      line('check_postgres, a process for each', runs.theirs, 1),
      line(
        `health check, ${Object.keys(checkPgactivity).length} shared checks`,
        runs.sharedActivity,
        activity,
      ),
      line('check_pgactivity, a process for each', runs.activity, 1),
      line(
        'health check --only connection',
        runs.one,
        medianRatio(runs.one, runs.theirOne, 'wallMs'),
      ),
      line('check_postgres connection', runs.theirOne, 1),
    ],
  );
  expect(median(runs.all.map(({ wallMs }) => wallMs))).toBeLessThan(1000);
  expect(many).toBeLessThan(1);
  expect(activity).toBeLessThan(1);
});

/** Of those actions that take no percentage. */
const thresholds: Readonly<Record<string, string>> = {
  connection: '',
  locks: '1000',
  txn_idle: '1h',
  txn_time: '1h',
  query_time: '1h',
  prepared_txns: '3600',
  txn_wraparound: '1300000000',
  replication_slots: '10GB',
  disabled_triggers: '1',
  wal_files: '1000',
  database_size: '10GB',
  bloat: '10GB',
};
