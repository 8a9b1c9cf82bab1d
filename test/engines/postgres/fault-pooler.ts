import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../support/folders.ts';
import { freePort } from '../../support/free-port.ts';
import { serverUser } from '../../support/os-user.ts';
import { pgbouncerPath } from '../../support/pgbouncer-path.ts';
import { startPgBouncer } from '../../support/pgbouncer.ts';
import { password } from '../../support/postgres-server.ts';
import { sharedPostgres, startPostgres } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { opened } from './connecting.ts';
import { failing, type Fault } from './fault-cases.ts';
import { binOf, major } from './fault-servers.ts';
import { untilListens } from './until-listens.ts';

/** A pooler with exactly these databases, without a server behind it. */
async function bareBouncer(databases: string, conf: readonly string[] = []) {
  const folder = await temporaryFolder();
  const port = await freePort();
  const { uid, gid } = serverUser();
  const users = join(folder.path, 'users.txt');
  const settings = join(folder.path, 'pgbouncer.ini');
  await writeFile(users, `"postgres" "${password}"\n`);
  await writeFile(
    settings,
    `[databases]\n${databases}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = ${users}\n${conf.join('\n')}\n`,
  );
  for (const path of [folder.path, users, settings]) await chown(path, uid, gid);
  const child = spawn(await pgbouncerPath(), ['-q', settings], { uid, gid, stdio: 'ignore' });
  await untilListens(port);
  return {
    port,
    url: (database: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Faults that PgBouncer makes. */
export const poolerFaults: Readonly<Record<string, Fault>> = {
  'pgb-no-db': async () => {
    await using bouncer = await bareBouncer('known = host=127.0.0.1 port=1');
    return await failing(() => opened(bouncer.url('nope')), '"nope"');
  },
  'pgb-server-down': async () => {
    const port = await freePort();
    await using bouncer = await bareBouncer(`known = host=127.0.0.1 port=${port}`, [
      'query_wait_timeout = 1',
    ]);
    return await failing(() => opened(bouncer.url('known')), `127.0.0.1:${bouncer.port}`);
  },
  'pgb-pool-exhausted': async () => {
    const server = await sharedPostgres(major);
    await using bouncer = await startPgBouncer(server, {
      poolMode: 'transaction',
      conf: ['default_pool_size = 1', 'query_wait_timeout = 1'],
    });
    await using holder = await opened(bouncer.url());
    await using session = await opened(bouncer.url());
    await holder.query('begin; select 1');
    return await failing(() => session.query('select 1'), `127.0.0.1:${bouncer.port}`);
  },
  'pgb-startup-options': async () => {
    await using bouncer = await bareBouncer('known = host=127.0.0.1 port=1');
    const url = `${bouncer.url('known')}?options=-c%20statement_timeout%3D1000`;
    return await failing(() => opened(url), 'options');
  },
  'pgb-startup-statement-timeout': async () => {
    await using bouncer = await bareBouncer('known = host=127.0.0.1 port=1');
    return await failing(() => opened(bouncer.url('known'), { env: { PGGEQO: 'off' } }), 'geqo');
  },
  'pgb-max-client-conn': async () => {
    const server = await sharedPostgres(major);
    await using bouncer = await startPgBouncer(server, {
      poolMode: 'session',
      conf: ['max_client_conn = 1'],
    });
    // The probe that waited for the pooler may still count as a client.
    await using _first = await until('a free place', () => opened(bouncer.url()).catch(() => null));
    return await failing(() => opened(bouncer.url()), `127.0.0.1:${bouncer.port}`);
  },
  'pgb-admin-not-allowed': async () => {
    await using bouncer = await bareBouncer('known = host=127.0.0.1 port=1');
    return await failing(() => opened(bouncer.url('pgbouncer')), '"postgres"');
  },
  'pgb-prepared-118': async () => {
    const server = await sharedPostgres(major);
    await using bouncer = await startPgBouncer(server, { poolMode: 'transaction' });
    await using one = await opened(bouncer.url());
    await using two = await opened(bouncer.url());
    const named = { name: 'jemx', text: 'select 1' };
    await one.client.query(named);
    await two.query('begin; select 1');
    return await failing(() =>
      one.client.query(named).catch((error: unknown) => {
        throw one.failure(error);
      }),
    );
  },
  'pgb-prepared-dup-118': async () => {
    const server = await sharedPostgres(major);
    await using bouncer = await startPgBouncer(server, { poolMode: 'transaction' });
    await using one = await opened(bouncer.url());
    await using two = await opened(bouncer.url());
    const named = { name: 's1', text: 'select 1' };
    await one.client.query(named);
    return await failing(() =>
      two.client.query(named).catch((error: unknown) => {
        throw two.failure(error);
      }),
    );
  },
  'pgb-server-killed-in-tx': async () => {
    await using server = await startPostgres({ bin: binOf() });
    await using bouncer = await startPgBouncer(server, { poolMode: 'transaction' });
    await using session = await opened(bouncer.url());
    const ended = new Promise((resolve) => session.client.once('end', resolve));
    await session.query('begin');
    const [row] = await session.query('select pg_backend_pid() as pid');
    await server.psql(`select pg_terminate_backend(${Number(row?.['pid'])})`);
    await ended;
    return await failing(() => session.query('select 1'), `127.0.0.1:${bouncer.port}`);
  },
};
