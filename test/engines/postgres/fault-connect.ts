import { createServer as createWebServer } from 'node:http';
import { connectError } from '../../../src/engines/postgres/errors-connect.ts';
import { freePort } from '../../support/free-port.ts';
import { opened } from './connecting.ts';
import { failing, type Fault } from './fault-cases.ts';
import { blackHole, listening, running } from './sockets.ts';

/** Faults on the way to a server. */
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
};
