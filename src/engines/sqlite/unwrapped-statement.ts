import type { Statement } from '../../sql/statements.ts';
import type { Connection } from './driver.ts';
import { type Patience, patiently } from './patience.ts';
import type { Progress } from './progress.ts';
import { runStatement, statementFailure, textOf } from './script.ts';
import { begin, commit, inTransaction, rollback } from './transaction.ts';

export interface Place {
  readonly connection: Connection;
  readonly bytes: Buffer;
  readonly patience: Patience;
  readonly progress: Progress;
}

/**
 * Runs one statement outside a transaction of jem-db's, and notes it in the ledger: in one
 * transaction with it wherever SQLite allows that.
 */
export async function runNoted(place: Place, statement: Statement, index: number): Promise<void> {
  const { connection, progress, patience } = place;
  const { head } = statement;
  const noteAlone = (): Promise<void> =>
    inTransaction(connection, patience, () => progress.advance(index + 1));
  if (connection.db.inTransaction) {
    await insideOwnTransaction(place, statement, index);
    if (!connection.db.inTransaction && !ends.test(head)) await noteAlone();
  } else if (/^BEGIN\b/.test(head)) {
    await begin(connection, patience);
    progress.advance(index + 1);
  } else if (outside.test(head)) {
    await runAlone(place, statement, index);
    if (connection.db.inTransaction) progress.advance(index + 1);
    else await noteAlone();
  } else {
    await inTransaction(connection, patience, () => {
      runStatement(connection, place.bytes, statement, index);
      progress.advance(index + 1);
    });
  }
}

const ends = /^(COMMIT|END|RELEASE)\b/;

/** What SQLite refuses or ignores inside a transaction, and what begins or ends one. */
const outside = /^(PRAGMA|VACUUM|ATTACH|DETACH|SAVEPOINT|RELEASE|COMMIT|END|ROLLBACK)\b/;

/** The script has begun a transaction itself: the note goes into it, before it is committed. */
async function insideOwnTransaction(
  place: Place,
  statement: Statement,
  index: number,
): Promise<void> {
  const { connection, bytes, progress, patience } = place;
  if (/^(COMMIT|END)\b/.test(statement.head)) {
    progress.advance(index + 1);
    try {
      await commit(connection, patience);
    } catch (error) {
      rollback(connection);
      throw statementFailure(connection, '', statement, index, error);
    }
    return;
  }
  const isRelease = ends.test(statement.head);
  if (isRelease) progress.advance(index + 1);
  runStatement(connection, bytes, statement, index);
  if (/^ROLLBACK\b/.test(statement.head)) progress.reread();
  if (connection.db.inTransaction && !isRelease) progress.advance(index + 1);
}

/** Runs a statement as it stands, waiting for locks. */
export async function runAlone(place: Place, statement: Statement, index: number): Promise<void> {
  const { connection, bytes, patience } = place;
  const sql = textOf(bytes, statement);
  try {
    await patiently(() => connection.db.exec(sql), patience);
  } catch (error) {
    if (error === patience.signal.reason) throw error;
    throw statementFailure(connection, sql, statement, index, error);
  }
}
