import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { postgresError } from '../../../src/engines/postgres/errors.ts';
import { sharedPostgres, startPostgres, type PostgresServer } from '../../support/postgres.ts';
import { opened } from './connecting.ts';
import { failing, rowOfTheUser, type Fault } from './fault-cases.ts';
import { binOf, major, statement } from './fault-servers.ts';

async function plainRole(server: PostgresServer, url: string): Promise<string> {
  const name = `plain_${Math.random().toString(36).slice(2, 10)}`;
  await server.psql(`create role ${name} login password 'x'`);
  const changed = new URL(url);
  changed.username = name;
  changed.password = 'x';
  return changed.href;
}

async function synthetic(code: string, message: string, ...names: readonly string[]) {
  return failing(
    async () => {
      const reason = Object.assign(new Error(message), { code, severity: 'ERROR' });
      const about = { target: 'postgres://u@db/d', server: 'db:5432', user: 'u', database: 'd' };
      throw postgresError(reason, about);
    },
    ...names,
  );
}

/** Faults of a statement itself. */
export const statementFaults: Readonly<Record<string, Fault>> = {
  'perm-denied': async () => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    await using owner = await opened(url);
    await owner.query('create table child (id int)');
    await using session = await opened(await plainRole(server, url));
    return await failing(() => session.query('select * from child'), 'child', 'plain_');
  },
  'perm-denied-schema-create': async () => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    await using session = await opened(await plainRole(server, url));
    return await failing(
      () => session.query('create table public.t (id int)'),
      'schema public',
      'plain_',
    );
  },
  'undefined-table': statement('', 'select * from nope', '"nope"'),
  syntax: statement('', 'selec 1', 'syntax error', '"selec"'),
  unique: statement(
    `create table t (email text unique); insert into t values ('${rowOfTheUser}')`,
    `insert into t values ('${rowOfTheUser}')`,
    't_email_key',
    '"t"',
  ),
  fk: statement(
    'create table t (id int primary key); create table child (tid int references t)',
    'insert into child values (99)',
    'child_tid_fkey',
    '"child"',
  ),
  check: statement(
    'create table child (n int check (n > 0))',
    'insert into child values (-1)',
    'child_n_check',
  ),
  'rls-violation': async () => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    await using owner = await opened(url);
    await owner.query(`create table rls (tenant text); grant all on rls to public;
      alter table rls enable row level security;
      create policy p on rls using (tenant = 'a') with check (tenant = 'a')`);
    await using session = await opened(await plainRole(server, url));
    return await failing(() => session.query("insert into rls values ('b')"), '"rls"');
  },
  'rls-missing-setting': statement('', "select current_setting('app.tenant')", 'app.tenant'),
  'corrupt-page': async () => {
    await using server = await startPostgres({ bin: binOf(18) });
    await server.psql('create table t as select generate_series(1, 2000) as id; checkpoint');
    const file = await server.psql("select pg_relation_filepath('t')");
    await server.stop();
    const handle = await open(join(server.dataFolder, file), 'r+');
    await handle.write(Buffer.from('damaged'), 0, 7, 8192 + 4000);
    await handle.close();
    await server.start();
    await using session = await opened(server.url());
    return await failing(() => session.query('select count(*) from t'), 'block 1');
  },
  'param-mismatch': async () => {
    const server = await sharedPostgres(major);
    await using session = await opened(server.url());
    return await failing(() => session.query('select $1::int + $2::int', [1]));
  },
  'notice-ddl-in-tx': statement(
    'create table t (id int)',
    'begin; create index concurrently i on t (id)',
    'CREATE INDEX CONCURRENTLY',
    'no-transaction',
  ),
  'shm-too-many-locks': async () => {
    await using server = await startPostgres({
      bin: binOf(),
      conf: ['max_locks_per_transaction = 10', 'max_connections = 5', 'max_wal_senders = 0'],
    });
    await using session = await opened(server.url());
    return await failing(
      () =>
        session.query(`do $$ begin for n in 1..5000 loop
          execute format('create table many_%s (id int primary key)', n); end loop; end $$`),
      'max_locks_per_transaction',
    );
  },
  oom: () => synthetic('53200', 'out of memory', 'db:5432'),
  'xid-wraparound-stop': () =>
    synthetic(
      '54000',
      'database is not accepting commands to avoid wraparound data loss in database "template1"',
      'transaction numbers',
    ),
  'wraparound-17': () =>
    synthetic(
      '54000',
      'database is not accepting commands that assign new transaction IDs to avoid wraparound data loss in database "x"',
      'transaction numbers',
    ),
};
