import type { Client, QueryResult } from 'pg';
import type { JemError } from '../../errors.ts';
import type { Session } from '../engine.ts';
import type { Row } from '../values.ts';
import type { Connected } from './attempt.ts';
import { cancelRequest } from './cancel.ts';
import { closeClient } from './close.ts';
import type { ConnectTarget } from './connection.ts';
import type { Conninfo } from './conninfo.ts';
import { postgres } from './engine.ts';
import { postgresError } from './errors.ts';
import { hostLabel } from './hosts.ts';
import { postgresMigrations } from './migrations.ts';

/** A session with what the other files of this engine need of it. */
export interface PostgresSession extends Session {
  /** `int8` and `numeric` come as text, dates as ISO 8601 text, `bytea` as bytes. */
  readonly client: Client;
  /** For a connection to another database of the same server; holds the secrets. */
  readonly target: ConnectTarget;
  /** The same, but with the one host and address that answered: a snapshot lives on one server. */
  readonly there: Conninfo;
  /** Of the handshake; behind a pooler it is not what `pg_backend_pid()` says. */
  readonly backendPid: number;
  /** Who answered: `db.example:5432`, or the path of a socket. */
  readonly server: string;
  readonly encrypted: boolean;
  /** What the server reported of itself at the start: `in_hot_standby`, `TimeZone` … */
  readonly parameters: ReadonlyMap<string, string>;
  /** Any error of this connection in words; finds out why a connection was lost. */
  failure(error: unknown): JemError;
  /**
   * A second connection to the same server. Takes a signal of its own: the first may be what
   * is being given up.
   */
  connectAgain(signal?: AbortSignal): Promise<PostgresSession>;
  /** Asks the server, or the pooler, to cancel the running statement. Never throws. */
  cancel(): Promise<void>;
}

interface Parts {
  readonly connected: Connected;
  readonly target: ConnectTarget;
  readonly there: Conninfo;
  readonly again: (signal: AbortSignal) => Promise<PostgresSession>;
}

/** The session of a connection that is ready. */
export function createSession({ connected, target, there, again }: Parts): PostgresSession {
  const { client, attempt, backendKey, parameters, lastWords } = connected;
  const { user, database } = target.conninfo;
  const server = hostLabel(attempt.host);
  const failure = (error: unknown) =>
    postgresError(lastWords.explain(error), { target: target.display, server, user, database });
  const session: PostgresSession = {
    engine: postgres,
    display: target.display,
    serverVersion: (parameters.get('server_version') ?? 'unknown').replace(/ .*/, ''),
    client,
    target,
    there,
    backendPid: backendKey.processID,
    server,
    encrypted: attempt.tls !== null,
    parameters,
    failure,
    query: async (sql, values) => {
      try {
        return rowsOf(await client.query(sql, values && [...values]));
      } catch (error) {
        throw failure(error);
      }
    },
    schema: async (options) => {
      const { readPostgresSchema } = await import('./schema/read.ts');
      return readPostgresSchema(session, options);
    },
    migrations: (options) => postgresMigrations(session, options),
    backup: async (options) => {
      const { backUpPostgres } = await import('./backup/backup.ts');
      return backUpPostgres(session, options);
    },
    content: async (options) => {
      const { postgresContent } = await import('./backup/content.ts');
      return postgresContent(session, options);
    },
    health: async (options) => {
      const { postgresProbe } = await import('./health/probe.ts');
      return postgresProbe(session, options);
    },
    wal: async () => {
      const { walServer } = await import('./wal/server.ts');
      return walServer(session);
    },
    tuning: async () => (await import('./tune/tuning.ts')).postgresTuning(session),
    pooling: async () => (await import('./pool/server.ts')).pooledServer(session),
    slow: async (options) => {
      const { postgresSlow } = await import('./slow/slow.ts');
      return postgresSlow(session, options);
    },
    connectAgain: (signal = new AbortController().signal) => again(signal),
    cancel: () => cancelRequest(attempt, backendKey),
    [Symbol.asyncDispose]: () => closeClient(client),
  };
  return session;
}

/** pg gives a list of results for a text of several statements; the last is the answer. */
function rowsOf(result: QueryResult<Row> | readonly QueryResult<Row>[]): readonly Row[] {
  if ('rows' in result) return result.rows;
  return result.at(-1)?.rows ?? [];
}
