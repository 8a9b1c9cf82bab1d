import type { Client } from 'pg';
import { serverMessage } from './server-message.ts';

/** Reasons that arrive as a notice or between two statements, just before the end. */
const farewells = new Set(['57P01', '57P02', '57P03', '57P05', '25P03', '25P04']);

/** Whether a notice announces the end of the connection: no news beside the error that follows. */
export function isFarewell(code: string): boolean {
  return farewells.has(code);
}

/** What a server said before it closed the connection; pg itself reports only the closing. */
export interface LastWords {
  /** The real cause of a broken connection, or the error itself. */
  explain(error: unknown): unknown;
}

/**
 * Listens from the very start: without a listener an error of an idle connection would end
 * the process.
 */
export function listenForLastWords(client: Client): LastWords {
  const heard: unknown[] = [];
  client.on('error', (error) => heard.push(error));
  client.on('notice', (notice) => {
    if (isFarewell(notice.code ?? '')) heard.push(notice);
  });
  return {
    explain: (error) => {
      if (!isConnectionLoss(error)) return error;
      return heard.find((one) => serverMessage(one)) ?? firstCause(heard) ?? error;
    },
  };
}

/** Whether an error means that the connection is gone and the server gave no reason with it. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error) || serverMessage(error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    lossCodes.has(code) || /connection terminated|not queryable|was closed/i.test(error.message)
  );
}

const lossCodes = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'EHOSTUNREACH']);

/** ECONNRESET and its like say more than what pg makes of them. */
function firstCause(heard: readonly unknown[]): unknown {
  return heard.find((one) => one instanceof Error && 'code' in one);
}
