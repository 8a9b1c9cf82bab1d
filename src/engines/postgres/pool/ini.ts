import { join, resolve } from 'node:path';
import type { PoolerConfigWish } from '../../pooling.ts';
import type { Conninfo } from '../conninfo.ts';
import { authQuery } from './lookup.ts';

interface Server {
  readonly conninfo: Conninfo;
  /** The one host that answered. */
  readonly there: Conninfo;
  readonly home: string;
}

type Line = readonly [key: string, value: string | number, comment?: string] | string;

/**
 * A pgbouncer.ini for transaction pooling; what every line means stands in PgBouncer's
 * doc/config.md. Holds no password. Pure.
 */
export function iniText(wish: PoolerConfigWish, server: Server): string {
  const { sizes, listen, clientTls, authUser, authFile } = wish;
  const { maxClients, maxDbConnections, poolSize, minPoolSize, reserve } = sizes;
  const lines: readonly Line[] = [
    '[databases]',
    '; auth_user stands here and not below: with a global one, PgBouncer 1.18 dies of',
    '; a login to its console by a user it does not know (issue 568).',
    ...wish.databases.map((name) => databaseLine(name, authUser, server)),
    '',
    '[pgbouncer]',
    ['listen_addr', listen.address],
    ['listen_port', listen.port],
    ['unix_socket_dir', ''],
    '',
    '; A server connection belongs to a client for one transaction.',
    ['pool_mode', 'transaction'],
    ['max_client_conn', maxClients, 'needs as many open files, and the servers'],
    ['default_pool_size', poolSize, 'of one user in one database'],
    ['min_pool_size', minPoolSize, 'kept warm while a client is there'],
    ['reserve_pool_size', reserve, 'more, for who has waited'],
    ['reserve_pool_timeout', 3],
    ['max_db_connections', maxDbConnections, 'of one database, whoever its users are'],
    ...preparedStatements(wish.version),
    '',
    '; Nobody waits for ever, and nobody holds what others wait for.',
    ['query_wait_timeout', 15, 'for a server; then an error, not a queue'],
    ['client_login_timeout', 15],
    ['client_idle_timeout', 900, 'clients that left without a word'],
    ['idle_transaction_timeout', 60, 'a transaction that nobody goes on with'],
    '',
    '; Server connections that died are found and replaced.',
    ['server_check_delay', 30, 'asked again when idle for longer'],
    ['server_connect_timeout', 5],
    ['server_login_retry', 2, 'back soon after a restart of the server'],
    ['server_idle_timeout', 600],
    ['server_lifetime', 3600],
    ['tcp_keepalive', 1],
    ['tcp_keepidle', 60],
    ['tcp_keepintvl', 10],
    ['tcp_keepcnt', 3],
    '',
    '; Passwords stay in PostgreSQL: looked up by a role that may do that alone.',
    ['auth_type', 'scram-sha-256'],
    ['auth_query', authQuery],
    ['auth_file', authFile, `one line: "${authUser}" "its password"`],
    ['stats_users', authUser, 'jem-db health pool'],
    '',
    ...serverTls(server, wish.cwd),
    ...tlsForClients(clientTls),
    '',
    '; What drivers send at the start and PgBouncer cannot pass on.',
    ['ignore_startup_parameters', 'extra_float_digits'],
    ['log_connections', 0],
    ['log_disconnections', 0],
  ];
  return `${lines.map(written).join('\n')}\n`;
}

/** Comments stand in lines of their own: behind a value they would be part of it. */
function written(line: Line): string {
  if (typeof line === 'string') return line;
  const [key, value, comment] = line;
  const text = `${key} = ${value}`.trimEnd();
  return comment === undefined ? text : `; ${comment}\n${text}`;
}

function preparedStatements(version: PoolerConfigWish['version']): Line[] {
  if (version === null) return ['; max_prepared_statements = 200  with PgBouncer 1.21 or newer'];
  const [major, minor] = version;
  return major > 1 || minor >= 21
    ? [['max_prepared_statements', 200, 'named statements of the drivers']]
    : ['; Named prepared statements fail before 1.21: switch them off in the driver.'];
}

function databaseLine(name: string, authUser: string, { there }: Server): string {
  const [host] = there.hosts;
  const address = host === undefined ? '' : host.host || (host.hostaddr ?? '');
  const parts = [
    `host=${value(address)}`,
    `port=${host?.port ?? 5432}`,
    `dbname=${value(name)}`,
    `auth_user=${authUser}`,
  ];
  const key = /^\w+$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
  return `${key} = ${parts.join(' ')}`;
}

function value(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

/** The words of sslmode are libpq's in both; the files are the URL's. */
function serverTls({ conninfo, home }: Server, cwd: string): Line[] {
  const { sslmode, params } = conninfo;
  const { sslrootcert, sslcert, sslkey, ssl_min_protocol_version: least } = params;
  const verifies = sslmode === 'verify-ca' || sslmode === 'verify-full';
  const fallback = verifies ? join(home, '.postgresql/root.crt') : undefined;
  const ca = sslrootcert === 'system' ? '/etc/ssl/certs/ca-certificates.crt' : sslrootcert;
  const authority = sslmode === 'disable' ? undefined : (ca ?? fallback);
  return [
    '; The way to the server; sslmode is that of the URL.',
    ['server_tls_sslmode', sslmode],
    ...file('server_tls_ca_file', authority, cwd),
    ...file('server_tls_cert_file', sslcert, cwd),
    ...file('server_tls_key_file', sslkey, cwd),
    ...(least?.toLowerCase() === 'tlsv1.3' ? [['server_tls_protocols', 'tlsv1.3'] as const] : []),
  ];
}

function file(key: string, path: string | undefined, cwd: string): Line[] {
  return path === undefined ? [] : [[key, resolve(cwd, path)]];
}

function tlsForClients(files: PoolerConfigWish['clientTls']): Line[] {
  if (files === null) return [['client_tls_sslmode', 'disable', 'the way from the clients']];
  return [
    ['client_tls_sslmode', 'require', 'the way from the clients'],
    ['client_tls_cert_file', files.certificate],
    ['client_tls_key_file', files.key],
    ['client_tls_protocols', 'tlsv1.3'],
  ];
}
