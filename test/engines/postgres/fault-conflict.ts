import { sharedPostgres, startPostgres, startStandby } from '../../support/postgres.ts';
import { opened } from './connecting.ts';
import { failing, type Fault } from './fault-cases.ts';
import { binOf, major, statement, untilActive } from './fault-servers.ts';

/** Faults because of other sessions, or of a server that is no primary. */
export const conflictFaults: Readonly<Record<string, Fault>> = {
  'lock-timeout': async () => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    await using holder = await opened(url);
    await using session = await opened(url);
    await holder.query('create table t (id int)');
    await holder.query('begin; lock table t');
    return await failing(() => session.query("set lock_timeout = '200ms'; select * from t"));
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
  'replica-ddl': async () => {
    await using primary = await startPostgres({ bin: binOf() });
    await using standby = await startStandby(primary);
    await using session = await opened(standby.url());
    return await failing(
      () => session.query('create table t (id int)'),
      `127.0.0.1:${standby.port}`,
    );
  },
  'recovery-conflict': async () => {
    await using primary = await startPostgres({ bin: binOf() });
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
};
