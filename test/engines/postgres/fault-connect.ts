import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, writeFile } from 'node:fs/promises';
import { createServer as createWebServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { JemError } from '../../../src/errors.ts';
import { connectError } from '../../../src/engines/postgres/errors-connect.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { freePort } from '../../support/free-port.ts';
import {
  postgresVersions,
  sharedPostgres,
  startPostgres,
  startStandby,
  type PostgresServer,
} from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { createAuthority } from './certificates.ts';
import { opened } from './connecting.ts';
import { failing, type Fault } from './fault-cases.ts';

const major = 15;

export interface Listening extends AsyncDisposable {
  readonly port: number;
}

/** A TCP server of the test's own. */
export async function listening(onSocket: (socket: Socket) => void): Promise<Listening> {
  return running(createServer(onSocket));
}

async function running(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A port that answers no SYN: its backlog is full and nobody accepts. */
export async function blackHole(): Promise<Listening> {
  const program = `const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('node:fs').writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [answer] = await once(child.stdout, 'data');
  const port = Number(answer);
  const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1'));
  for (const filler of fillers) filler.on('error', () => filler.destroy());
  await until(
    'the backlog to fill',
    () => fillers.filter(({ connecting }) => !connecting).length >= 2,
  );
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const filler of fillers) filler.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function role(server: PostgresServer, options: string): Promise<string> {
  const name = `role_${Math.random().toString(36).slice(2, 10)}`;
  await server.psql(`set password_encryption = 'scram-sha-256'; create role ${name} ${options}`);
  return name;
}

function urlFor(server: PostgresServer, user: string, password: string, database = 'postgres') {
  return `postgres://${user}:${password}@127.0.0.1:${server.port}/${database}`;
}

function ownServer(settings: Omit<Parameters<typeof startPostgres>[0], 'bin'>) {
  const version = postgresVersions().find((one) => one.major === major);
  return startPostgres({ bin: version?.bin ?? '', ...settings });
}

async function tlsServer(subject: { alternatives: string; days?: number }, conf: string[] = []) {
  const folder = await temporaryFolder();
  const authority = await createAuthority(folder.path, 'authority');
  const { certificate, key } = await authority.issue('server', { name: 'server', ...subject });
  const server = await ownServer({
    conf: ['ssl = on', "ssl_ca_file = 'ca.crt'", ...conf],
    hba: ['hostssl all by_certificate all cert'],
    files: { 'server.crt': certificate, 'server.key': key, 'ca.crt': authority.certificate },
  });
  return { server, authority };
}

const local = { alternatives: 'DNS:localhost,IP:127.0.0.1' };
const home = '/nonexistent';

/** Faults of connecting to PostgreSQL itself. */
export const connectFaults: Readonly<Record<string, Fault>> = {
  'refused-ip': async () => {
    const port = await freePort();
    return await failing(
      () => opened(`postgres://u:a%20wrong%20one@127.0.0.1:${port}/db`),
      `127.0.0.1:${port}`,
    );
  },
  'refused-localhost': async () => {
    const port = await freePort();
    return await failing(
      () => opened(`postgres://u:a%20wrong%20one@localhost:${port}/db`),
      `localhost:${port}`,
    );
  },
  'dns-notfound': () =>
    failing(
      () => opened('postgres://u:a%20wrong%20one@db.does-not-exist.invalid/db'),
      'db.does-not-exist.invalid',
    ),
  'eai-again': () =>
    failing(async () => {
      const reason = Object.assign(new Error('getaddrinfo EAI_AGAIN db'), { code: 'EAI_AGAIN' });
      const about = { target: 'postgres://u@db/d', user: 'u', database: 'd', server: 'db:5432' };
      throw connectError(reason, { ...about, stage: 'tcp', limit: 1000 });
    }, 'db:5432'),
  'blackhole-syn': async () => {
    await using hole = await blackHole();
    return await failing(
      () => opened(`postgres://u:p@127.0.0.1:${hole.port}/db?connect_timeout=2`),
      `127.0.0.1:${hole.port}`,
      '2 s',
    );
  },
  'silent-server': async () => {
    await using server = await listening(() => {});
    return await failing(
      () => opened(`postgres://u:p@127.0.0.1:${server.port}/db?connect_timeout=2`),
      `127.0.0.1:${server.port}`,
      '2 s',
    );
  },
  'closed-at-start': async () => {
    await using server = await listening((socket) => socket.end());
    return await failing(
      () => opened(`postgres://u:p@127.0.0.1:${server.port}/db`),
      `127.0.0.1:${server.port}`,
    );
  },
  'not-postgres-http': async () => {
    await using server = await running(createWebServer());
    return await failing(
      () => opened(`postgres://u:p@127.0.0.1:${server.port}/db`),
      `127.0.0.1:${server.port}`,
    );
  },
  'wrong-password': async () => {
    const server = await sharedPostgres(major);
    return await failing(() => opened(urlFor(server, 'postgres', 'a%20wrong%20one')), '"postgres"');
  },
  'no-such-role': async () => {
    const server = await sharedPostgres(major);
    return await failing(() => opened(urlFor(server, 'ghost', 'a%20wrong%20one')), '"ghost"');
  },
  'no-such-role-trust': async () => {
    await using server = await ownServer({ hba: ['host all trustuser all trust'] });
    return await failing(() => opened(urlFor(server, 'trustuser', 'x')), '"trustuser"');
  },
  'empty-password': async () => {
    const server = await sharedPostgres(major);
    return await failing(
      () => opened(`postgres://postgres@127.0.0.1:${server.port}/postgres`, { home }),
      '"postgres"',
    );
  },
  'role-without-password': async () => {
    const server = await sharedPostgres(major);
    const name = await role(server, 'login');
    return await failing(() => opened(urlFor(server, name, 'x')), `"${name}"`);
  },
  'expired-password': async () => {
    const server = await sharedPostgres(major);
    const name = await role(server, "login password 'x' valid until '2001-01-01'");
    return await failing(() => opened(urlFor(server, name, 'x')), `"${name}"`);
  },
  'nologin-role': async () => {
    const server = await sharedPostgres(major);
    const name = await role(server, "nologin password 'x'");
    return await failing(() => opened(urlFor(server, name, 'x')), `"${name}"`);
  },
  'no-such-db': async () => {
    const server = await sharedPostgres(major);
    return await failing(() => opened(server.url('nope')), '"nope"');
  },
  'db-noconn': async () => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    const name = new URL(url).pathname.slice(1);
    await server.psql(`alter database ${name} allow_connections false`);
    return await failing(() => opened(url), `"${name}"`);
  },
  'db-limit': async () => {
    const server = await sharedPostgres(major);
    const name = new URL(await server.createDatabase()).pathname.slice(1);
    const user = await role(server, "login password 'x'");
    await server.psql(`alter database ${name} connection limit 1`);
    await using _taken = await opened(urlFor(server, user, 'x', name));
    return await failing(() => opened(urlFor(server, user, 'x', name)), `"${name}"`);
  },
  'hba-reject': async () => {
    await using server = await ownServer({ hba: ['host all reject_me all reject'] });
    return await failing(() => opened(urlFor(server, 'reject_me', 'x')), '"reject_me"');
  },
  'hba-need-ssl': async () => {
    const { server } = await tlsServer(local);
    await using _server = server;
    await server.stop();
    await writeFile(join(server.dataFolder, 'pg_hba.conf'), 'local all all trust\n');
    await server.start();
    return await failing(() => opened(server.url('nohbadb')), '"postgres"', '"nohbadb"');
  },
  'too-many-clients': async () => {
    await using server = await ownServer({
      conf: ['max_connections = 4', 'superuser_reserved_connections = 2', 'max_wal_senders = 0'],
    });
    const user = await role(server, "login password 'x'");
    await using _one = await opened(urlFor(server, user, 'x'));
    await using _two = await opened(urlFor(server, user, 'x'));
    return await failing(
      () => opened(urlFor(server, user, 'x')),
      `"${user}"`,
      `127.0.0.1:${server.port}`,
    );
  },
  'too-many-17': async () => {
    const newest = postgresVersions().at(-1);
    await using server = await startPostgres({
      bin: newest?.bin ?? '',
      conf: [
        'max_connections = 5',
        'superuser_reserved_connections = 1',
        'reserved_connections = 3',
        'max_wal_senders = 0',
      ],
    });
    const user = await role(server, "login password 'x'");
    await using _one = await opened(urlFor(server, user, 'x'));
    return await failing(() => opened(urlFor(server, user, 'x')), `"${user}"`);
  },
  'too-many-clients-super': async () => {
    await using server = await ownServer({
      conf: ['max_connections = 2', 'superuser_reserved_connections = 1', 'max_wal_senders = 0'],
    });
    await using _one = await opened(server.url());
    await using _two = await opened(server.url());
    return await failing(() => opened(server.url()), `127.0.0.1:${server.port}`);
  },
  'tls-unknown-ca': async () => {
    const { server, authority } = await tlsServer(local);
    await using _server = server;
    const folder = await temporaryFolder();
    const other = await createAuthority(folder.path, 'other');
    if (other.certificate === authority.certificate) throw new Error('one authority');
    const params = { sslmode: 'verify-full', sslrootcert: other.certificateFile };
    return await failing(
      () => opened(server.url('postgres', params)),
      `127.0.0.1:${server.port}`,
      'sslrootcert',
    );
  },
  'tls-hostname': async () => {
    const { server, authority } = await tlsServer({ alternatives: 'DNS:db.example.com' });
    await using _server = server;
    const params = { sslmode: 'verify-full', sslrootcert: authority.certificateFile };
    return await failing(() => opened(server.url('postgres', params)), `127.0.0.1:${server.port}`);
  },
  'tls-expired': async () => {
    const { server, authority } = await tlsServer({ ...local, days: -1 });
    await using _server = server;
    const params = { sslmode: 'verify-full', sslrootcert: authority.certificateFile };
    return await failing(() => opened(server.url('postgres', params)), 'expired');
  },
  'tls-min13-server12': async () => {
    const { server } = await tlsServer(local, ["ssl_max_protocol_version = 'TLSv1.2'"]);
    await using _server = server;
    const params = { sslmode: 'require', ssl_min_protocol_version: 'TLSv1.3' };
    return await failing(
      () => opened(server.url('postgres', params)),
      `127.0.0.1:${server.port}`,
      'TLSv1.3',
    );
  },
  'tls-clientcert-missing': async () => {
    const { server } = await tlsServer(local);
    await using _server = server;
    await server.psql('create role by_certificate login');
    const url = `postgres://by_certificate@127.0.0.1:${server.port}/postgres?sslmode=require`;
    return await failing(() => opened(url), 'sslcert', 'sslkey');
  },
  'tls-uri-sslmode-require': async () => {
    const { server } = await tlsServer(local);
    await using _server = server;
    const folder = await temporaryFolder();
    const other = await createAuthority(folder.path, 'other');
    const params = { sslmode: 'require', sslrootcert: other.certificateFile };
    return await failing(() => opened(server.url('postgres', params)), `127.0.0.1:${server.port}`);
  },
  'tls-cafile-missing': async () => {
    const { server } = await tlsServer(local);
    await using _server = server;
    const params = { sslmode: 'verify-full', sslrootcert: '/nope/ca.pem' };
    return await failing(() => opened(server.url('postgres', params)), '/nope/ca.pem');
  },
  'starting-up-not-consistent': async () => {
    await using server = await ownServer({});
    await server.stop();
    await appendFile(
      join(server.dataFolder, 'postgresql.conf'),
      "restore_command = 'sleep 600; false'\n",
    );
    await appendFile(join(server.dataFolder, 'standby.signal'), '');
    startedInVain(server);
    return await failing(
      () => untilAnswers(server, /starting up|not yet accepting/),
      `127.0.0.1:${server.port}`,
    );
  },
  'standby-no-hot': async () => {
    const version = postgresVersions().find((one) => one.major === major);
    await using primary = await startPostgres({ bin: version?.bin ?? '' });
    await using standby = await startStandby(primary);
    await standby.stop();
    await appendFile(join(standby.dataFolder, 'postgresql.conf'), 'hot_standby = off\n');
    startedInVain(standby);
    return await failing(() => untilAnswers(standby, /not accepting/), `127.0.0.1:${standby.port}`);
  },
  'shutting-down': async () => {
    await using server = await ownServer({});
    await using session = await opened(server.url());
    const stopped = server.stop('smart');
    const made = await failing(
      () => untilAnswers(server, /shutting down/),
      `127.0.0.1:${server.port}`,
    );
    await session[Symbol.asyncDispose]();
    await stopped;
    return made;
  },
};

/** The support waits for a server that answers; this one never will. */
function startedInVain(server: PostgresServer): void {
  server.start().catch((error: unknown) => {
    if (!(error instanceof Error)) throw error;
  });
}

async function untilAnswers(server: PostgresServer, words: RegExp): Promise<never> {
  const error = await until(`"${words.source}" of the server`, async () => {
    const reason = await opened(server.url()).then(
      (session) => session[Symbol.asyncDispose](),
      (one: unknown) => one,
    );
    return reason instanceof JemError && words.test(reason.details.original ?? '') ? reason : null;
  });
  throw error;
}
