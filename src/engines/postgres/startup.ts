import type { ConnectionOptions } from 'node:tls';
import type { Duplex } from 'node:stream';
import type { ClientConfig } from 'pg';
import { toClientConfig } from 'pg-connection-string';
import { JemError } from '../../errors.ts';
import type { Conninfo, PostgresHost } from './conninfo.ts';
import type { Address } from './hosts.ts';
import { valueTypes } from './values.ts';

/** One try to connect: to one address, with TLS or without. */
export interface Attempt {
  readonly conninfo: Conninfo;
  readonly host: PostgresHost;
  readonly address: Address;
  /** null: without encryption. */
  readonly tls: ConnectionOptions | null;
  readonly applicationName: string;
}

const keepAliveIdle = 60_000;

/** The configuration of the `pg` client for one try, over a socket of ours. */
export function clientConfig(attempt: Attempt, socket: Duplex): ClientConfig {
  const { conninfo, address, host, tls } = attempt;
  const { params, user, database } = conninfo;
  const direct = tls !== null && params['sslnegotiation'] === 'direct';
  const idle = Number(params['keepalives_idle'] ?? 0) * 1000;
  return {
    ...toClientConfig({
      // An address, never the name: pg would send a name for SNI whatever `ssl` says.
      host: address.kind === 'tcp' ? address.ip : address.path,
      port: String(host.port),
      user,
      database,
      sslnegotiation: direct ? 'direct' : 'postgres',
    }),
    ssl: tls ?? false,
    stream: () => socket,
    // A function keeps pg from looking into PGPASSWORD and password files: the target has.
    password: () => passwordOf(attempt),
    types: valueTypes,
    enableChannelBinding: tls !== null && params['channel_binding'] !== 'disable',
    keepAlive: address.kind === 'tcp' && params['keepalives'] !== '0',
    keepAliveInitialDelayMillis: idle > 0 ? idle : keepAliveIdle,
    ...noIterationLimit,
  };
}

/** A limit of pg's own that libpq does not have: servers may set `scram_iterations` as they like. */
const noIterationLimit = { scramMaxIterations: 0 };

/**
 * What the start-up message says. pg would add what it finds in the process's environment.
 * PgBouncer passes TimeZone on, and refuses most other settings.
 */
export function startupParameters(attempt: Attempt): Record<string, string> {
  const { conninfo, applicationName } = attempt;
  const { params, settings, user, database } = conninfo;
  const { options, replication } = params;
  return {
    user,
    database,
    application_name:
      params['application_name'] ?? params['fallback_application_name'] ?? applicationName,
    ...(!/timezone/i.test(options ?? '') && { timezone: 'UTC' }),
    ...settings,
    ...(options && { options }),
    ...(replication && { replication }),
  };
}

function passwordOf({ host, conninfo }: Attempt): string {
  if (host.password) return host.password;
  const empty = host.password === '';
  throw new JemError(
    'password-missing',
    `${empty ? 'Empty' : 'No'} password for user "${conninfo.user}"`,
    {
      why: empty
        ? 'The server asks for a password and the one given is empty: often a variable that was not set.'
        : 'The server asks for a password; the URL, PGPASSWORD and the password file give none.',
      hint: 'Set PGPASSWORD, or add a line to ~/.pgpass: HOST:PORT:DATABASE:USER:PASSWORD',
    },
  );
}
