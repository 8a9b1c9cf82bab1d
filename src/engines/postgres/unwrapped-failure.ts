import { JemError } from '../../errors.ts';
import { offsetOfCharacter } from '../../sql/position.ts';
import type { Statement } from '../../sql/statements.ts';
import { StatementFailure } from '../migrating.ts';
import type { Bench } from './bench.ts';
import { withHolders, type LockHolder } from './blockers.ts';
import { characterOf } from './failure.ts';
import { leftBehindText } from './invalid-index.ts';
import type { Answer } from './message.ts';

interface Stopped {
  readonly statement: Statement;
  readonly index: number;
  /** The statement as it was sent. */
  readonly bytes: Uint8Array;
  readonly answer: Answer;
  /** Indexes that it left behind INVALID. */
  readonly left: readonly string[];
  readonly holders: readonly LockHolder[];
}

/** What to throw for a statement that failed outside a transaction of ours. */
export function unwrappedFailure(
  { session, signal }: Bench,
  { statement, index, bytes, answer, left, holders }: Stopped,
): StatementFailure {
  const reason = withHolders(session.failure(answer.error), holders);
  const character = characterOf(answer.error) ?? 1;
  return new StatementFailure({
    statement: index,
    offset: statement.start + offsetOfCharacter(bytes, 0, character),
    reason: signal.aborted ? signal.reason : answer.lost ? lostAt(reason, index) : reason,
    leftBehind: leftBehindText(left),
  });
}

function lostAt(reason: JemError, index: number): JemError {
  return reason.with({
    hint: `Whether statement ${index + 1} was done is not known; those before it were. Look at what it should have made before running \`jem-db migrate up\` again, which repeats it.`,
  });
}

/** What to throw for a file that begins a transaction and does not end it. */
export function leftOpen({ start }: Statement, statement: number): StatementFailure {
  return new StatementFailure({
    statement,
    offset: start,
    reason: new JemError(
      'migration-transaction-control',
      'The file opens a transaction and never commits it',
      {
        why: 'With no-transaction jem-db commits nothing by itself, so everything since that BEGIN was rolled back.',
        hint: 'Add the COMMIT, or take the BEGIN out.',
      },
    ),
  });
}
