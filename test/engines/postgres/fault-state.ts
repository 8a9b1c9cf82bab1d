import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharedPostgres, startPostgres, startStandby } from '../../support/postgres.ts';
import { opened } from './connecting.ts';
import { failing, type Fault } from './fault-cases.ts';
import {
  binOf,
  major,
  ownServer,
  role,
  startedInVain,
  untilAnswers,
  urlFor,
} from './fault-servers.ts';

/** Faults of a server that takes no more, not yet, or nobody. */
export const stateFaults: Readonly<Record<string, Fault>> = {
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
    await using primary = await startPostgres({ bin: binOf() });
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
    await using server = await startPostgres({
      bin: binOf(18),
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
  'db-limit': async () => {
    const server = await sharedPostgres(major);
    const name = new URL(await server.createDatabase()).pathname.slice(1);
    const user = await role(server, "login password 'x'");
    await server.psql(`alter database ${name} connection limit 1`);
    await using _taken = await opened(urlFor(server, user, 'x', name));
    return await failing(() => opened(urlFor(server, user, 'x', name)), `"${name}"`);
  },
  'db-noconn': async () => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    const name = new URL(url).pathname.slice(1);
    await server.psql(`alter database ${name} allow_connections false`);
    return await failing(() => opened(url), `"${name}"`);
  },
};
