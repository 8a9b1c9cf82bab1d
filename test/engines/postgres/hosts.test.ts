import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Interrupted } from '../../../src/errors.ts';
import { addressesOf, hostLabel, hostsInOrder } from '../../../src/engines/postgres/hosts.ts';
import { parsePostgresTarget } from '../../../src/engines/postgres/target.ts';
import { temporaryFolder, type TemporaryFolder } from '../../support/folders.ts';
import { freePort } from '../../support/free-port.ts';
import { password } from '../../support/postgres-server.ts';
import {
  postgresVersions,
  sharedPostgres,
  startPostgres,
  startStandby,
  type PostgresServer,
} from '../../support/postgres.ts';
import { opened } from './connecting.ts';
import { blackHole, listening } from './sockets.ts';
import { byPsql, byUs } from './psql.ts';

const kinds = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'];
const whoAnswered = 'select inet_server_port()';

let home: TemporaryFolder;
beforeAll(async () => {
  home = await temporaryFolder();
});
afterAll(() => home[Symbol.asyncDispose]());

function urlOf(ports: readonly number[], params: Readonly<Record<string, string>> = {}): string {
  const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',');
  return `postgres://postgres:${password}@${hosts}/postgres?${new URLSearchParams(params).toString()}`;
}

async function agree(url: string) {
  const [psql, us] = await Promise.all([
    byPsql(url, { home: home.path }, whoAnswered),
    byUs(url, { home: home.path }, whoAnswered),
  ]);
  expect(us.result, `we: ${us.words}\npsql: ${psql.words}`).toBe(psql.result);
  return us;
}

describe.for(postgresVersions())('several hosts of PostgreSQL $major, beside psql', ({ bin }) => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let closed: number;
  beforeAll(async () => {
    primary = await startPostgres({ bin, hba: ['host postgres rejected all reject'] });
    standby = await startStandby(primary);
    closed = await freePort();
  });
  afterAll(async () => {
    await standby[Symbol.asyncDispose]();
    await primary[Symbol.asyncDispose]();
  });

  it.for(kinds)('target_session_attrs=%s', async (kind) => {
    const [one, two] = [primary.port, standby.port];
    const lists = [
      [one],
      [two],
      [one, two],
      [two, one],
      [closed, one, two],
      [closed, two],
      [closed],
    ];
    for (const ports of lists) await agree(urlOf(ports, { target_session_attrs: kind }));
  });

  it('a primary that is read-only by default', async () => {
    await using quiet = await startPostgres({ bin, conf: ['default_transaction_read_only = on'] });
    for (const kind of kinds) {
      for (const ports of [[quiet.port], [quiet.port, primary.port]]) {
        await agree(urlOf(ports, { target_session_attrs: kind }));
      }
    }
  });

  it('says which servers were not what was asked for', async () => {
    const { error } = await agree(
      urlOf([primary.port, closed], { target_session_attrs: 'standby' }),
    );
    expect(error).toMatchObject({ code: 'no-suitable-host', exitCode: 3 });
    expect(error?.details.why).toContain(`127.0.0.1:${primary.port} is a primary`);
    expect(error?.details.why).toContain(`Nothing is listening at 127.0.0.1:${closed}`);
  });

  it('a refused login ends it, although another host would do', async () => {
    const url = urlOf([primary.port, standby.port]).replace(password, 'a%20wrong%20one');
    const { error } = await agree(url);
    expect(error).toMatchObject({ code: 'login-refused' });
  });

  it('load_balance_hosts=random comes to each of them', async () => {
    const url = urlOf([primary.port, standby.port], { load_balance_hosts: 'random' });
    const met = new Set<string>();
    for (let tries = 0; tries < 40 && met.size < 2; tries++) {
      met.add((await byUs(url, { home: home.path }, whoAnswered)).result);
    }
    expect(met).toEqual(new Set([String(primary.port), String(standby.port)]));
  });

  it('a server that is stopping passes on to the next', async () => {
    await using stopping = await startPostgres({ bin });
    await using session = await opened(stopping.url());
    const stopped = stopping.stop('smart');
    const url = urlOf([stopping.port, standby.port]);
    let result = String(stopping.port);
    while (result === String(stopping.port)) {
      result = (await byUs(url, { home: home.path }, whoAnswered)).result;
    }
    expect(result).toBe(String(standby.port));
    await session[Symbol.asyncDispose]();
    await stopped;
  });

  it('a silent host costs its connect_timeout, and the next one answers', async () => {
    await using hole = await blackHole();
    await using silent = await listening(() => {});
    const started = performance.now();
    const url = urlOf([hole.port, silent.port, primary.port], { connect_timeout: '1' });
    expect((await agree(url)).result).toBe(String(primary.port));
    expect(performance.now() - started).toBeLessThan(4000);
  });
});

describe('limits of a connect', () => {
  it.for(['', '?connect_timeout=0', '?connect_timeout=-1'])(
    'there is one, whatever the URL says: %s',
    async (query) => {
      await using silent = await listening(() => {});
      const started = performance.now();
      await expect(
        opened(`postgres://u:p@127.0.0.1:${silent.port}/d${query}`, {
          options: { connectTimeout: 300 },
        }),
      ).rejects.toMatchObject({ code: 'server-silent' });
      expect(performance.now() - started).toBeLessThan(2000);
    },
  );

  it('holds although garbage is collected meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    if (typeof collect !== 'function') throw new Error('no gc');
    const collecting = setInterval(() => void collect(), 20);
    await using silent = await listening(() => {});
    const connecting = { options: { connectTimeout: 300 } };
    const error = await opened(`postgres://u:p@127.0.0.1:${silent.port}/d`, connecting).catch(
      (one: unknown) => one,
    );
    clearInterval(collecting);
    expect(error).toMatchObject({ code: 'server-silent' });
  });

  it('a server that falls silent in the middle of TLS', async () => {
    await using half = await listening((socket) => socket.once('data', () => socket.write('S')));
    await expect(
      opened(`postgres://u:p@127.0.0.1:${half.port}/d?sslmode=require`, {
        options: { connectTimeout: 300 },
      }),
    ).rejects.toMatchObject({ code: 'server-silent' });
  });

  it('the signal ends it at once, with its reason', async () => {
    const controller = new AbortController();
    const reason = new Interrupted('SIGINT');
    await using silent = await listening(() => controller.abort(reason));
    const started = performance.now();
    await expect(
      opened(`postgres://u:p@127.0.0.1:${silent.port}/d`, {
        options: { signal: controller.signal },
      }),
    ).rejects.toBe(reason);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('a signal that has fired opens nothing', async () => {
    const reason = new Interrupted('SIGTERM');
    let met = 0;
    await using server = await listening(() => met++);
    await expect(
      opened(`postgres://u:p@127.0.0.1:${server.port}/d`, {
        options: { signal: AbortSignal.abort(reason) },
      }),
    ).rejects.toBe(reason);
    expect(met).toBe(0);
  });
});

describe('hosts and addresses', () => {
  const read = async (url: string) => {
    const environment = { env: {}, home: home.path, cwd: home.path, user: 'me' };
    return (await parsePostgresTarget(url, environment)).conninfo;
  };

  it('are named for the reader', async () => {
    const { hosts } = await read('postgres://u@db.example,[::1]:5433/d');
    expect(hosts.map(hostLabel)).toEqual(['db.example:5432', '[::1]:5433']);
    const [socket] = (await read('host=/run/postgresql')).hosts;
    expect(socket && hostLabel(socket)).toBe('/run/postgresql/.s.PGSQL.5432');
  });

  it('every address of a name is found; hostaddr and sockets need no look-up', async () => {
    const { signal } = new AbortController();
    const find = async (url: string) => {
      const conninfo = await read(url);
      const [host] = hostsInOrder(conninfo);
      if (!host) throw new Error('no host');
      return addressesOf(conninfo, host, signal);
    };
    expect(await find('postgres://localhost:1/d')).toContainEqual({
      kind: 'tcp',
      ip: '127.0.0.1',
      port: 1,
    });
    expect(await find('postgres://db.example/d?hostaddr=192.0.2.1')).toEqual([
      { kind: 'tcp', ip: '192.0.2.1', port: 5432 },
    ]);
    expect(await find('host=@spot dbname=d')).toEqual([
      { kind: 'socket', path: '\0spot/.s.PGSQL.5432' },
    ]);
  });

  it('an IPv6 address is really connected to', async () => {
    const version = postgresVersions()[0];
    await using server = await startPostgres({
      bin: version?.bin ?? '',
      conf: ["listen_addresses = '::1'"],
    });
    const url = `postgres://postgres:${password}@[::1]:${server.port}/postgres`;
    const connecting = { home: home.path };
    const psql = await byPsql(url, connecting, 'select 1');
    const us = await byUs(url, connecting, 'select 1');
    expect([us, psql]).toEqual([
      { result: '1', words: '' },
      { result: '1', words: '' },
    ]);
  });

  it('an abstract socket that is not reached is told with what Node.js cannot do', async () => {
    const { error } = await byUs('host=@jem-db-nobody dbname=d user=u', { home: home.path });
    expect(error).toMatchObject({ code: 'connection-refused' });
    expect(error?.details.hint).toContain('Node.js 20');
  });

  it('the shared servers answer over their unix sockets', async () => {
    const server = await sharedPostgres(18);
    const url = `postgres://postgres:${password}@/postgres?host=${server.socketFolder}&port=${server.port}`;
    await using session = await opened(url);
    expect(session.server).toBe(`${server.socketFolder}/.s.PGSQL.${server.port}`);
    expect(session.encrypted).toBe(false);
  });
});
