import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharedPostgres } from '../../support/postgres.ts';
import { opened } from './connecting.ts';
import { failing, type Fault } from './fault-cases.ts';
import { major, ownServer, role, tlsServer, urlFor } from './fault-servers.ts';

const local = { alternatives: 'DNS:localhost,IP:127.0.0.1' };
const home = '/nonexistent';

/** Faults of a login that the server refuses. */
export const loginFaults: Readonly<Record<string, Fault>> = {
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
};
