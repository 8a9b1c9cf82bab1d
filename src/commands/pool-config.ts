import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { JemError } from '../errors.ts';
import type { ConfigOptions, ConfigResult } from '../health/pool/config.ts';
import { labelled } from '../output/text.ts';
import { command, type Input } from './command.ts';
import { type Context, directTargetOf, openSession } from './context.ts';
import { replaceFile } from './replace-file.ts';

/** As many as the usual limit of 1024 open files allows, beside the servers. */
const defaultClients = 500;
const defaultPort = 6432;
const loopback = ['127.0.0.1', '::1', 'localhost'];

interface Written extends ConfigResult {
  /** Paths; empty where nothing was written. */
  readonly written: readonly string[];
}

export const poolConfig = command<Written>({
  name: 'pool config',
  summary: 'write a pgbouncer.ini for transaction pooling',
  description:
    'Sized to what max_connections of the server leaves, with limits for whoever waits and for whoever holds up others, TLS to the server as in the URL, and passwords looked up in PostgreSQL. The one password that PgBouncer needs is written nowhere: the output says where it goes.',
  options: [
    { flags: '--out <file>', help: 'write FILE, and pgbouncer-auth.sql beside it' },
    { flags: '--databases <name>', help: 'pool this one; may be given again', repeatable: true },
    { flags: '--all-databases', help: 'pool all that take connections' },
    { flags: '--listen <address>', help: 'default: 127.0.0.1:6432' },
    { flags: '--tls-cert <file>', help: 'certificate to show to clients, with --tls-key' },
    { flags: '--tls-key <file>', help: 'its key' },
    { flags: '--clients <n>', help: `clients to allow (default: ${defaultClients})` },
    { flags: '--cpus <n>', help: 'CPUs of the server (seen where it is here)' },
    { flags: '--auth-user <name>', help: 'role that looks passwords up (default: pgbouncer)' },
    { flags: '--pgbouncer-version <v>', help: 'default: that of the one installed here' },
  ],
  settings: ['directUrl'],
  examples: [
    ['jem-db pool config --out /etc/pgbouncer/pgbouncer.ini', 'for the database of the URL'],
    ['jem-db pool config --all-databases --clients 2000', 'prints one for all databases'],
    [
      'jem-db pool config --listen 0.0.0.0 --tls-cert c.pem --tls-key k.pem',
      'for clients elsewhere, over TLS',
    ],
  ],
  async run(input, context) {
    const wish = wishOf(input, context);
    const { makePoolConfig } = await import('../health/pool/config.ts');
    await using session = await openSession(context, await directTargetOf(context), 'read');
    const made = await makePoolConfig(session, wish);
    const out = outIn(input, context);
    const written = out === null ? [] : await writeBoth(out, made, context);
    tell({ ...made, written }, wish, context);
    return { ...made, written };
  },
  render({ ini, sql, written, authFile, sizes }) {
    if (written.length > 0)
      return `${[
        ...written.map((path) => `written: ${path}`),
        labelled('', `Pools of ${sizes.poolSize} and ${sizes.reserve} in reserve.`),
      ].join('\n')}\n`;
    const aside = sql.replaceAll(/^/gm, '; ').replaceAll(/^; $/gm, '');
    return `${ini}\n; To be run in each database as a superuser:\n${aside.trimEnd()}\n; The password of auth_user goes into ${authFile}.\n`;
  },
});

function wishOf(input: Input, context: Context): ConfigOptions {
  const { environment, signal } = context;
  const out = outIn(input, context);
  const named = input.list('databases');
  if (named.length > 0 && input.flag('allDatabases'))
    throw new JemError('usage', '--databases and --all-databases are given together', {
      hint: 'Give one of them.',
    });
  return {
    databases: input.flag('allDatabases') ? 'all' : named.length > 0 ? named : null,
    listen: listenIn(input),
    clientTls: clientTlsIn(input, environment.cwd),
    clients: input.number('clients') ?? defaultClients,
    cpus: input.number('cpus') ?? null,
    authUser: authUserIn(input),
    version: versionIn(input),
    folder: out === null ? environment.cwd : dirname(out),
    cwd: environment.cwd,
    signal,
  };
}

function outIn(input: Input, { environment }: Context): string | null {
  const out = input.text('out');
  return out === undefined ? null : resolve(environment.cwd, out);
}

/** The SQL first: the configuration is what a reload of PgBouncer would take. */
async function writeBoth(
  out: string,
  { ini, sql }: Pick<ConfigResult, 'ini' | 'sql'>,
  context: Context,
): Promise<readonly string[]> {
  const files = [
    { path: join(dirname(out), 'pgbouncer-auth.sql'), text: sql },
    { path: out, text: ini },
  ];
  const others: string[] = [];
  for (const { path, text } of files) {
    const there = await readFile(path, 'utf8').catch(() => null);
    if (there !== null && there !== text) others.push(path);
  }
  if (others.length > 0) await context.confirm(`Write over ${others.join(' and ')}?`);
  for (const { path, text } of files) await replaceFile(path, text);
  return files.map(({ path }) => path);
}

function listenIn(input: Input): ConfigOptions['listen'] {
  const text = input.text('listen') ?? '';
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  const number = port === undefined ? defaultPort : Number(port);
  const address = bracketed ?? plain ?? text;
  const isAddress = /^[\w.:*-]*$/.test(address);
  if (isAddress && number > 0 && number < 65_536)
    return { address: address || '127.0.0.1', port: number };
  throw new JemError('usage', `--listen takes an address and a port, not "${text}"`, {
    hint: 'Write 127.0.0.1:6432, 0.0.0.0:6432 or [::1]:6432.',
  });
}

function clientTlsIn(input: Input, cwd: string): ConfigOptions['clientTls'] {
  const [certificate, key] = [input.text('tlsCert'), input.text('tlsKey')];
  if (certificate !== undefined && key !== undefined)
    return { certificate: resolve(cwd, certificate), key: resolve(cwd, key) };
  if (certificate === undefined && key === undefined) return null;
  throw new JemError('usage', '--tls-cert and --tls-key belong together', {
    hint: 'Give both, or none.',
  });
}

function authUserIn(input: Input): string {
  const name = input.text('authUser') ?? 'pgbouncer';
  if (/^[A-Za-z_][\w-]{0,62}$/.test(name)) return name;
  throw new JemError('usage', `--auth-user takes letters, digits, _ and -, not "${name}"`);
}

function versionIn(input: Input): ConfigOptions['version'] {
  const text = input.text('pgbouncerVersion');
  if (text === undefined) return null;
  const [, major, minor] = /^(1)\.(\d{1,3})(\.\d+)?$/.exec(text) ?? [];
  if (Number(minor) >= 18) return [Number(major), Number(minor)];
  throw new JemError('usage', `--pgbouncer-version takes 1.18 or newer, not "${text}"`, {
    hint: 'Write what `pgbouncer --version` says: 1.24.1.',
  });
}

/** What is left to be done by hand, and what may not be as it was meant. */
function tell(
  { authFile, written, sizes, cpus }: Written,
  wish: ConfigOptions,
  context: Context,
): void {
  const { report } = context;
  if (wish.clientTls === null && !loopback.includes(wish.listen.address))
    report.warn({
      code: 'clients-without-tls',
      message: `Clients come to ${wish.listen.address} without TLS: all they send and get can be read on the way. Give --tls-cert and --tls-key.`,
    });
  if (cpus === null)
    report.warn({
      code: 'cpus-unknown',
      message: `The CPUs of the server are not known: the pool has ${sizes.poolSize} connections, and twice the CPUs would be better where those are more. Say it with --cpus.`,
    });
  if (sizes.maxClients > defaultClients)
    report.warn({
      code: 'open-files',
      message: `PgBouncer needs ${sizes.maxClients + sizes.maxDbConnections + 50} open files: raise LimitNOFILE of its service, or ulimit -n.`,
    });
  if (written.length === 0) return;
  const [sql = ''] = written;
  report.note(
    `Next: psql -f ${sql} in each database, as a superuser; then in psql: \\password ${wish.authUser}`,
  );
  report.note(
    `Then put one line "${wish.authUser}" "PASSWORD" into ${authFile}, mode 0600, owned by the user of PgBouncer.`,
  );
}
