import { JemError } from '../../errors.ts';
import { type Script, StatementFailure } from '../migrating.ts';
import { transactionControl } from '../../sql/kinds.ts';
import type { Statement } from '../../sql/statements.ts';
import { isForeignKey } from './constraint-errors.ts';
import { type Connection, resultCode } from './driver.ts';
import { sqliteError } from './errors.ts';
import { explainForeignKey } from './foreign-keys.ts';
import { asBuffer } from './mentions.ts';
import type { Pace } from './patience.ts';
import { placeOf } from './place.ts';

/**
 * Runs the statements of a script, one by one, inside the transaction that is open. Returns how
 * many there were. Throws `StatementFailure`, and the signal's reason between two statements.
 */
export async function runScript(
  connection: Connection,
  script: Script,
  pace: Pace,
): Promise<number> {
  const bytes = asBuffer(script.bytes);
  let index = 0;
  for (const statement of script.statements) {
    refuseOwnTransaction(statement, index);
    runStatement(connection, bytes, statement, index);
    if (!connection.db.inTransaction) throw endedTransaction(statement, index);
    index++;
    await pace.breathe();
  }
  return index;
}

/** Runs one statement of a script; throws `StatementFailure`. */
export function runStatement(
  connection: Connection,
  bytes: Buffer,
  statement: Statement,
  index: number,
): void {
  const sql = textOf(bytes, statement);
  try {
    refuseParameters(connection, sql);
    connection.db.exec(sql);
  } catch (error) {
    throw statementFailure(connection, sql, statement, index, error);
  }
}

export function textOf(bytes: Buffer, { start, end }: Statement): string {
  return bytes.toString('utf8', start, end);
}

/** SQLite would take NULL for a parameter that nobody gives a value. */
function refuseParameters({ db }: Connection, sql: string): void {
  if (!/\?|[:@$]\w/.test(sql) || !/^\s*(INSERT|UPDATE|DELETE|REPLACE|SELECT|WITH)\b/i.test(sql))
    return;
  const statement = db.prepare(sql);
  try {
    statement.bind();
  } catch (error) {
    if (resultCode(error) !== null) throw error;
    throw new JemError('sql-error', 'A parameter stands in a migration', {
      why: 'Nobody gives it a value (?, :name, @name or $name), and SQLite would write NULL.',
      hint: 'Write the value itself; text belongs in single quotes.',
    });
  }
}

/** What a statement of a script threw, with its place in the script. */
export function statementFailure(
  connection: Connection,
  sql: string,
  { start }: Statement,
  index: number,
  error: unknown,
): StatementFailure {
  const message = error instanceof Error ? error.message : '';
  const explained =
    isForeignKey(message) && connection.db.inTransaction
      ? explainForeignKey(connection.db, sql)
      : null;
  const reason = explained ?? sqliteError(error, connection);
  const place = placeOf(sql, message, (piece) => complaint(connection, piece));
  const offset = place === null ? start : start + Buffer.byteLength(sql.slice(0, place));
  return new StatementFailure({ statement: index, offset, reason });
}

/** Preparing a PRAGMA already does something, but a PRAGMA is never broken half-way. */
function complaint({ db }: Connection, sql: string): string | null {
  if (/^\s*PRAGMA\b/i.test(sql)) return null;
  try {
    db.prepare(sql);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : null;
  }
}

/** Before it runs: afterwards half of the migration would be committed. */
function refuseOwnTransaction(statement: Statement, index: number): void {
  const control = transactionControl(statement.head);
  if (control !== null && control !== 'savepoint') throw endedTransaction(statement, index);
}

function endedTransaction({ start }: Statement, index: number): StatementFailure {
  const reason = new JemError(
    'migration-transaction-control',
    'A migration must not begin or end a transaction itself',
    {
      why: 'It runs in one with its row of the ledger. BEGIN, COMMIT, ROLLBACK, OR ROLLBACK and RAISE(ROLLBACK) would leave half of it behind.',
      hint: 'Take them out, or let the file run without a transaction: put the line "-- jem-db: no-transaction" at its top.',
    },
  );
  return new StatementFailure({ statement: index, offset: start, reason });
}
