import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../temporary-folder.ts';
import { keywords } from './conninfo-keywords.ts';
import type { PostgresSession } from './session.ts';

/** What a program of PostgreSQL needs to reach the server of a session. */
export interface ToolAccess extends AsyncDisposable {
  /** The program's whole environment; its arguments need no connection. */
  readonly env: Readonly<Record<string, string>>;
}

/** Parameters that older programs refuse in a service file, each with the major that knows it. */
const since: Readonly<Record<string, number>> = {
  ...{ require_auth: 16, sslcertmode: 16, load_balance_hosts: 16, gssdelegation: 16 },
  ...{ sslnegotiation: 17, min_protocol_version: 18, max_protocol_version: 18 },
  ...{ scram_client_key: 18, scram_server_key: 18, sslkeylogfile: 18 },
  ...{ oauth_issuer: 18, oauth_client_id: 18, oauth_client_secret: 18, oauth_scope: 18 },
};

const service = 'jem-db';

/**
 * Lets programs of a major version connect as a session did, TLS and all, to the very server that
 * answered it: parameters in a private service file, the password in a private password file
 * (libpq, sections 32.16 and 32.17), neither on a command line nor in the environment. Disposing
 * removes both.
 */
export async function toolAccess(
  session: PostgresSession,
  { major, database }: { readonly major: number; readonly database?: string },
): Promise<ToolAccess> {
  const { there, target } = session;
  const folder = await temporaryFolder('access');
  try {
    const [host] = there.hosts;
    const wanted = {
      ...known(there.params, major),
      ...(host?.host ? { host: host.host } : {}),
      ...(host?.hostaddr ? { hostaddr: host.hostaddr } : {}),
      port: String(host?.port ?? 5432),
      user: there.user,
      dbname: database ?? there.database,
      sslmode: there.sslmode,
      ...(there.params['application_name'] ? {} : { application_name: 'jem-db' }),
    };
    const files = {
      service: join(folder.path, 'service'),
      password: join(folder.path, 'password'),
    };
    await writePrivate(files.service, serviceText(wanted));
    await writePrivate(files.password, `*:*:*:*:${escaped(host?.password ?? '')}\n`);
    return {
      env: {
        ...environmentOf(target.environment, there.settings),
        PGSERVICE: service,
        PGSERVICEFILE: files.service,
        ...(host?.password ? { PGPASSFILE: files.password } : {}),
      },
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

function environmentOf(
  { home, env }: PostgresSession['target']['environment'],
  settings: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const { datestyle, timezone, geqo } = settings;
  return {
    PATH: env['PATH'] ?? '',
    HOME: home,
    // What they say is read.
    LC_ALL: 'C',
    ...(env['TMPDIR'] ? { TMPDIR: env['TMPDIR'] } : {}),
    ...(datestyle ? { PGDATESTYLE: datestyle } : {}),
    ...(timezone ? { PGTZ: timezone } : {}),
    ...(geqo ? { PGGEQO: geqo } : {}),
  };
}

function known(
  params: Readonly<Record<string, string>>,
  major: number,
): Readonly<Record<string, string>> {
  const known = Object.entries(params).filter(
    ([name]) => keywords.has(name) && !skipped.has(name) && (since[name] ?? 0) <= major,
  );
  return Object.fromEntries(known);
}

/** Where the session stands is known already. */
const skipped: ReadonlySet<string> = new Set(['service', 'passfile', 'target_session_attrs']);

function serviceText(parameters: Readonly<Record<string, string>>): string {
  const lines = Object.entries(parameters).map(([name, value]) => `${name}=${value}\n`);
  return [`[${service}]\n`, ...lines].join('');
}

function escaped(password: string): string {
  return password.replace(/[\\:]/g, '\\$&');
}

async function writePrivate(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  // The umask may have taken the owner's own rights away.
  await chmod(path, 0o600);
}
