import type { Engine, OpenOptions, Session } from '../engine.ts';
import type { Schema } from '../schema.ts';
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
  const session: Session = {
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
    async schema(options) {
      const asked = options.signal;
      try {
        const { readSqliteSchema } = await import('./schema/read.ts');
        const read = (): Schema => readSqliteSchema(connection, options);
        return await patiently(read, { timeout: connectTimeout, signal: asked });
      } catch (error) {
        throw error === asked.reason ? error : sqliteError(error, connection);
      }
    },
    migrations: (options) =>
      sqliteMigrations(connection, options, (asked) => session.schema(asked)),
    async backup(options) {
      const { backUpSqlite } = await import('./backup/backup.ts');
      return backUpSqlite(connection, session, options);
    },
    async content(options) {
      const { sqliteContent } = await import('./backup/content.ts');
      return sqliteContent(connection, options);
    },
    async health(options) {
      const { sqliteProbe } = await import('./health/probe.ts');
      return sqliteProbe(connection, options);
    },
    tuning: async () => (await import('./tune/tuning.ts')).sqliteTuning(connection),
    async slow() {
      const { sqliteSlow } = await import('./slow/slow.ts');
      return sqliteSlow(connection);
    },
    async [Symbol.asyncDispose]() {
      rollback(connection);
      close();
    },
  };
  return session;
}
