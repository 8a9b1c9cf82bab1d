import { JemError } from '../../errors.ts';
import { type MigrationDatabase, type ScriptFunction, StatementFailure } from '../migrating.ts';
import type { SqlValue } from '../values.ts';
import type { Connection } from './driver.ts';
import { translated } from './errors.ts';
import { runQuery } from './values.ts';

/**
 * Runs a JavaScript migration inside the transaction that is open. What it throws comes as a
 * `StatementFailure` without a place.
 */
export async function runFunction(
  connection: Connection,
  script: ScriptFunction,
  signal: AbortSignal,
): Promise<void> {
  const { handle, close } = migrationDatabase(connection, signal);
  try {
    await script(handle);
  } catch (error) {
    signal.throwIfAborted();
    throw new StatementFailure({ statement: 0, offset: null, reason: error });
  } finally {
    close();
  }
}

/** What is not awaited must not run in the next migration's transaction: `close` forbids it. */
function migrationDatabase(
  connection: Connection,
  signal: AbortSignal,
): { handle: MigrationDatabase; close: () => void } {
  let open = true;
  const guarded = async <T>(body: () => T): Promise<T> => {
    signal.throwIfAborted();
    if (!open || !connection.db.inTransaction) throw finished();
    return translated(connection, body);
  };
  const handle: MigrationDatabase = {
    engine: 'sqlite',
    signal,
    query: (sql, parameters: readonly SqlValue[] = []) =>
      guarded(() => runQuery(connection, sql, parameters)),
    execute: (sql) =>
      guarded(() => {
        connection.db.exec(sql);
      }),
  };
  return {
    handle,
    close: () => {
      open = false;
    },
  };
}

function finished(): JemError {
  return new JemError('sql-error', 'The transaction of this migration has ended', {
    why: 'A query was not awaited, or the migration ran COMMIT or ROLLBACK itself.',
    hint: 'Await every query, and leave the transaction to jem-db.',
  });
}
