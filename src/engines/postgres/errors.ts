import { JemError } from '../../errors.ts';
import { applyRules, serverDetails, withoutValues, type ErrorAbout } from './error-rules.ts';
import { poolerStatementRules } from './errors-pooler.ts';
import { statementRules } from './errors-statement.ts';
import { isConnectionLoss } from './last-words.ts';
import { serverMessage } from './server-message.ts';

const rules = [...poolerStatementRules, ...statementRules];

/**
 * An error of an open connection in words for an operator: what a server or a pooler said, or
 * the loss of the connection. Rows of user data are in `details.data` alone. A JemError stays
 * what it is; what is none of these is `internal`.
 */
export function postgresError(error: unknown, about: ErrorAbout): JemError {
  if (error instanceof JemError) return error;
  const message = serverMessage(error);
  if (message) {
    const known = applyRules(rules, message, about, error);
    if (known) return known;
    const words = withoutValues(message);
    return new JemError('sql-error', `PostgreSQL refused the statement: ${words}`, {
      ...serverDetails(message, error),
      why: words,
      hint: message.hint ?? `Look up SQLSTATE ${message.code} in the manual of PostgreSQL.`,
    });
  }
  if (isConnectionLoss(error)) return lost(error, about);
  if (error instanceof Error && error.message === 'Query read timeout') return unanswered(error);
  return new JemError('internal', `Unexpected error of the connection to ${about.target}`, {
    why: 'jem-db does not know this error.',
    hint: 'Report it, with the words below.',
    original: error instanceof Error ? error.message : String(error),
    cause: error,
  });
}

function lost(error: unknown, { server, target }: ErrorAbout): JemError {
  return new JemError('connection-lost', `Connection to ${server ?? target} lost`, {
    why: 'The network, a proxy, or the host of the server broke it; the server gave no reason.',
    hint: 'An open transaction is rolled back by the server. Run the command again: it goes on where it stopped.',
    original: error instanceof Error ? error.message : String(error),
    cause: error,
  });
}

function unanswered(error: Error): JemError {
  return new JemError('query-timeout', 'The server did not answer within query_timeout', {
    why: 'The limit is one of this side; the server may still be running the statement.',
    hint: 'Look for it in pg_stat_activity; prefer statement_timeout, which the server keeps.',
    original: error.message,
    cause: error,
  });
}
