import { connect, type Socket } from 'node:net';
import { sharedPostgres, startPostgres } from '../../support/postgres.ts';
import { signalProcess } from '../../support/processes.ts';
import { opened } from './connecting.ts';
import { failing, type Fault } from './fault-cases.ts';
import { binOf, major, untilActive } from './fault-servers.ts';
import { listening } from './sockets.ts';

/** Faults of an open connection: it is lost, or a statement takes too long. */
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
    await using server = await startPostgres({ bin: binOf() });
    await using session = await opened(server.url());
    await using victim = await session.connectAgain();
    const ended = new Promise((resolve) => session.client.once('end', resolve));
    signalProcess(victim.backendPid, 'SIGKILL');
    await ended;
    return await failing(() => session.query('select 1'), 'crashed', `127.0.0.1:${server.port}`);
  },
};
