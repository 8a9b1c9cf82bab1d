import type { PostgresSession } from '../../../src/engines/postgres/session.ts';
import { JemError } from '../../../src/errors.ts';
import { temporaryFolder } from '../../support/folders.ts';
import {
  postgresVersions,
  sharedPostgres,
  startPostgres,
  type PostgresServer,
} from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { createAuthority } from './certificates.ts';
import { opened } from './connecting.ts';
import { failing, type Fault } from './fault-cases.ts';

/** The version that makes the faults that all versions make. */
export const major = 15;

/** Folder of a version's programs. */
export function binOf(wanted = major): string {
  const version = postgresVersions().find((one) => one.major === wanted);
  if (!version) throw new Error(`no PostgreSQL ${wanted}`);
  return version.bin;
}

/** Creates a role and returns its name. */
export async function role(server: PostgresServer, options: string): Promise<string> {
  const name = `role_${Math.random().toString(36).slice(2, 10)}`;
  await server.psql(`set password_encryption = 'scram-sha-256'; create role ${name} ${options}`);
  return name;
}

/** URL of a server for another user. */
export function urlFor(
  server: PostgresServer,
  user: string,
  password: string,
  database = 'postgres',
) {
  return `postgres://${user}:${password}@127.0.0.1:${server.port}/${database}`;
}

/** A server of the fault's own. */
export function ownServer(settings: Omit<Parameters<typeof startPostgres>[0], 'bin'>) {
  return startPostgres({ bin: binOf(), ...settings });
}

/** A server with a certificate, and the authority that signed it. */
export async function tlsServer(
  subject: { alternatives: string; days?: number },
  conf: string[] = [],
) {
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

/** The support waits for a server that answers; this one never will. */
export function startedInVain(server: PostgresServer): void {
  server.start().catch((error: unknown) => {
    if (!(error instanceof Error)) throw error;
  });
}

/** Tries to connect until the refusal says this, and throws that. */
export async function untilAnswers(server: PostgresServer, words: RegExp): Promise<never> {
  const error = await until(`"${words.source}" of the server`, async () => {
    const reason = await opened(server.url()).then(
      (session) => session[Symbol.asyncDispose](),
      (one: unknown) => one,
    );
    return reason instanceof JemError && words.test(reason.details.original ?? '') ? reason : null;
  });
  throw error;
}

/** A fault of one statement in a database of its own. */
export function statement(setup: string, sql: string, ...names: readonly string[]): Fault {
  return async () => {
    const server = await sharedPostgres(major);
    await using session = await opened(await server.createDatabase());
    if (setup) await session.query(setup);
    return await failing(() => session.query(sql), ...names);
  };
}

/** Waits until the server works on a statement of this session. */
export async function untilActive(server: PostgresServer, session: PostgresSession): Promise<void> {
  await until('the statement to run', async () => {
    const sql = `select count(*) from pg_stat_activity where pid = ${session.backendPid} and state = 'active'`;
    return (await server.psql(sql)) === '1';
  });
}
