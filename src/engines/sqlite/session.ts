import type { Engine, OpenOptions, Session } from '../engine.ts';
import type { Connection } from './driver.ts';
import { sqliteError } from './errors.ts';
import { sqliteMigrations } from './migrations.ts';
import { patiently } from './patience.ts';
import { rollback } from './transaction.ts';
import { runQuery } from './values.ts';

/** The session of an open connection; `close` is what is left to do when it is disposed. */
export function sqliteSession(
  connection: Connection,
  engine: Engine,
  { signal, connectTimeout }: OpenOptions,
  close: () => void,
): Session {
  const { db, display } = connection;
  return {
    engine,
    display,
    serverVersion: String(db.prepare('SELECT sqlite_version()').pluck().get()),
    async query(sql, parameters = []) {
      try {
        const ask = (): ReturnType<typeof runQuery> => runQuery(connection, sql, parameters);
        return await patiently(ask, { timeout: connectTimeout, signal });
      } catch (error) {
        throw error === signal.reason ? error : sqliteError(error, connection);
      }
    },
    migrations: (options) => sqliteMigrations(connection, options),
    async [Symbol.asyncDispose]() {
      rollback(connection);
      close();
    },
  };
}
