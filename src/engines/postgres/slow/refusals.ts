import type { NoPlan } from '../../slow.ts';
import { withoutValues } from '../error-rules.ts';
import { identifier } from '../quoting.ts';
import type { ServerMessage } from '../server-message.ts';

/** What is not found where it is looked for. */
export const notFound: ReadonlySet<string> = new Set(['42P01', '42883', '42704', '3F000']);
export const syntaxError = '42601';

/** Why the server gave no plan, and what would help; values of the statement are left out. */
export function refusal(message: ServerMessage, searchPath: string, role: string): NoPlan {
  const words = withoutValues(message);
  switch (message.code) {
    case '55P03':
      return {
        reason: 'somebody holds a lock on one of its tables, and a plan is not waited for',
        hint: 'Run it again when the lock is gone; `health check` tells who holds it.',
      };
    case '57014':
      return { reason: 'planning took longer than 2 s', hint: null };
    case '42501':
      return {
        reason: `EXPLAIN needs the rights of the statement: ${words}`,
        hint: `For statements that only read: GRANT pg_read_all_data TO ${identifier(role)}; for others connect as the role that runs them.`,
      };
    case '25006':
      return { reason: `planning runs a function that writes: ${words}`, hint: null };
    case syntaxError:
      if (words.includes('multiple commands'))
        return { reason: 'it is several statements', hint: null };
      return {
        reason: `without its values it is no SQL any more: ${withoutQuoted(words)}`,
        hint: 'EXPLAIN it by hand, with values.',
      };
    case '42P18':
    case '42725':
      return {
        reason: `without its values their types are not known: ${words}`,
        hint: 'EXPLAIN it by hand, with values.',
      };
    default:
      return notFound.has(message.code)
        ? {
            reason: `${words}, along the search_path ${searchPath}`,
            hint: 'It ran with another search_path, or was dropped since. Name the path in the URL: ?options=-csearch_path%3Dapp',
          }
        : { reason: `PostgreSQL refused: ${words}`, hint: null };
  }
}

/** What a syntax error quotes may be a value. */
function withoutQuoted(words: string): string {
  return words.replace(/ at or near ".*"$/s, '');
}
