import type { JemError } from '../../errors.ts';
import { offsetOfCharacter } from '../../sql/position.ts';
import type { Statement } from '../../sql/statements.ts';
import { StatementFailure } from '../migrating.ts';
import { withHolders, type LockHolder } from './blockers.ts';
import type { Answer } from './message.ts';
import { textBefore, type ScriptMessage } from './script-message.ts';

interface Known {
  readonly reason: JemError;
  readonly holders: readonly LockHolder[];
}

/** What to throw for a message that the server stopped at: with the place where it has one. */
export function scriptFailure(
  message: ScriptMessage,
  answer: Answer,
  { reason: plain, holders }: Known,
): Error {
  const reason = withHolders(plain, holders);
  const { before, statements, first, commitAt } = message;
  const offset = offsetIn(message, answer.error);
  const index = answer.completed - before.length;
  // The server reads a whole message before it runs any of it: nothing is done, and the place of
  // a syntax error may be far from the first statement.
  const unread = offset !== null && index <= 0;
  const found = unread ? indexAt(statements, offset) : index;
  const statement = statements[found];
  if (statement)
    return new StatementFailure({
      statement: first + found,
      offset: offset !== null && isWithin(statement, offset) ? offset : statement.start,
      reason,
    });
  if (index < 0 || commitAt === null || index < statements.length + commitAt) return reason;
  return new StatementFailure({ statement: first + statements.length, offset: null, reason });
}

/** Byte offset in the script of the place that the error names; null where it names none. */
function offsetIn(message: ScriptMessage, error: unknown): number | null {
  const position = characterOf(error);
  if (position === null) return null;
  const character = position - textBefore(message).length;
  if (character < 1 || message.statements.length === 0) return null;
  return message.start + offsetOfCharacter(message.bytes, 0, character);
}

/** Place in the message that an error names, counted in characters from 1. */
export function characterOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('position' in error)) return null;
  return typeof error.position === 'string' ? Number(error.position) : null;
}

function indexAt(statements: readonly Statement[], offset: number): number {
  return Math.max(
    statements.findLastIndex(({ start }) => start <= offset),
    0,
  );
}

function isWithin({ start, end }: Statement, offset: number): boolean {
  return offset >= start && offset <= end;
}
