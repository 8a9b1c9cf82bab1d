import { connect, type Socket } from 'node:net';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresSession } from '../../../src/engines/postgres/session.ts';
import { postgresError } from '../../../src/engines/postgres/errors.ts';
import {
  postgresVersions,
  sharedPostgres,
  startPostgres,
  startStandby,
  type PostgresServer,
} from '../../support/postgres.ts';
import { signalProcess } from '../../support/processes.ts';
import { until } from '../../support/until.ts';
import { opened } from './connecting.ts';
import { failing, rowOfTheUser, type Fault } from './fault-cases.ts';
import { listening } from './fault-connect.ts';

const major = 15;

function bin(wanted = major): string {
  return postgresVersions().find((one) => one.major === wanted)?.bin ?? '';
}

/** A fault of one statement in a database of its own. */
function statement(setup: string, sql: string, ...names: readonly string[]): Fault {
  return async () => {
    const server = await sharedPostgres(major);
    await using session = await opened(await server.createDatabase());
    if (setup) await session.query(setup);
    return await failing(() => session.query(sql), ...names);
  };
}

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

/** Faults of an open connection. */
export const sessionFaults: Readonly<Record<string, Fault>> = {
  'terminated-idle': async () => {
    const server = await sharedPostgres(major);
    await using session = await opened(server.url());
    const ended = new Promise((resolve) => session.client.once('end', resolve));
    await server.psql(`select pg_terminate_backend(${session.backendPid})`);
    await ended;
    return await failing(
      () => session.query('select 1'),
      `127.0.0.1:${server.port}`,
      'administrator',
    );
  },
  'terminated-mid-query': async () => {
    const server = await sharedPostgres(major);
    await using session = await opened(server.url());
    return await failing(async () => {
      const running = session.query('select pg_sleep(60)');
      running.catch(() => {});
      await untilActive(server, session);
      await server.psql(`select pg_terminate_backend(${session.backendPid})`);
      await running;
    }, 'administrator');
  },
  cancelled: async () => {
    const server = await sharedPostgres(major);
    await using session = await opened(server.url());
    return await failing(async () => {
      const running = session.query('select pg_sleep(60)');
      running.catch(() => {});
      await untilActive(server, session);
      await server.psql(`select pg_cancel_backend(${session.backendPid})`);
      await running;
    });
  },
  'query-timeout-client': async () => {
    const server = await sharedPostgres(major);
    await using session = await opened(server.url());
    const query = Object.assign({ text: 'select pg_sleep(60)' }, { query_timeout: 300 });
    return await failing(async () => {
      await session.client.query(query).catch((error: unknown) => {
        throw session.failure(error);
      });
    });
  },
  'lock-timeout': async () => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    await using holder = await opened(url);
    await using session = await opened(url);
    await holder.query('create table t (id int)');
    await holder.query('begin; lock table t');
    return await failing(() => session.query("set lock_timeout = '200ms'; select * from t"));
  },
  'idle-in-tx-timeout': async () => {
    const server = await sharedPostgres(major);
    await using session = await opened(server.url());
    const ended = new Promise((resolve) => session.client.once('end', resolve));
    await session.query("set idle_in_transaction_session_timeout = '200ms'; begin");
    await ended;
    return await failing(() => session.query('select 1'), 'idle in a transaction');
  },
  'transaction-timeout-18': async () => {
    const server = await sharedPostgres(18);
    await using session = await opened(server.url());
    return await failing(
      () => session.query("set transaction_timeout = '200ms'; begin; select pg_sleep(60)"),
      'transaction_timeout',
    );
  },
  deadlock: async () => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    await using one = await opened(url);
    await using two = await opened(url);
    await one.query(
      "set deadlock_timeout = '100ms'; create table a (id int); create table b (id int)",
    );
    await two.query("set deadlock_timeout = '20s'; begin; lock table b");
    await one.query('begin; lock table a');
    const waiting = two.query('lock table a').catch((error: unknown) => error);
    await untilActive(server, two);
    const made = await failing(() => one.query('lock table b'));
    await one.query('rollback');
    await waiting;
    return made;
  },
  serialization: async () => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    await using one = await opened(url);
    await using two = await opened(url);
    await one.query('create table t (id int); insert into t values (1)');
    await one.query('begin isolation level serializable; select * from t');
    await two.query('update t set id = 2');
    return await failing(() => one.query('update t set id = 3'));
  },
  'readonly-tx': statement(
    'set default_transaction_read_only = on',
    'create table t (id int)',
    'read-only',
    'target_session_attrs',
  ),
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
    await using server = await startPostgres({ bin: bin(18) });
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
      bin: bin(),
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
  'cut-rst': async () => {
    const server = await sharedPostgres(major);
    const cut = new Set<Socket>();
    await using proxy = await listening((socket) => {
      cut.add(socket);
      const onward = connect(server.port, '127.0.0.1');
      onward.on('error', () => socket.destroy());
      socket.on('close', () => onward.destroy());
      socket.pipe(onward).pipe(socket);
    });
    const url = server.url().replace(`:${server.port}/`, `:${proxy.port}/`);
    await using session = await opened(url);
    return await failing(async () => {
      const running = session.query('select pg_sleep(60)');
      running.catch(() => {});
      await untilActive(server, session);
      for (const socket of cut) socket.resetAndDestroy();
      await running;
    }, `127.0.0.1:${proxy.port}`);
  },
  'backend-crash': async () => {
    await using server = await startPostgres({ bin: bin() });
    await using session = await opened(server.url());
    await using victim = await session.connectAgain();
    const ended = new Promise((resolve) => session.client.once('end', resolve));
    signalProcess(victim.backendPid, 'SIGKILL');
    await ended;
    return await failing(() => session.query('select 1'), 'crashed', `127.0.0.1:${server.port}`);
  },
  'replica-ddl': async () => {
    await using primary = await startPostgres({ bin: bin() });
    await using standby = await startStandby(primary);
    await using session = await opened(standby.url());
    return await failing(
      () => session.query('create table t (id int)'),
      `127.0.0.1:${standby.port}`,
    );
  },
  'recovery-conflict': async () => {
    await using primary = await startPostgres({ bin: bin() });
    await primary.psql('create table t as select generate_series(1, 1000) as id');
    await using standby = await startStandby(primary, {
      conf: ['max_standby_streaming_delay = 0'],
    });
    await using session = await opened(standby.url());
    await session.query('begin isolation level repeatable read; select count(*) from t');
    await primary.psql('delete from t');
    await primary.psql('vacuum (freeze) t');
    return await failing(async () => {
      for (;;) await session.query('select count(*) from t');
    }, `127.0.0.1:${standby.port}`);
  },
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

export async function untilActive(server: PostgresServer, session: PostgresSession): Promise<void> {
  await until('the statement to run', async () => {
    const sql = `select count(*) from pg_stat_activity where pid = ${session.backendPid} and state = 'active'`;
    return (await server.psql(sql)) === '1';
  });
}
