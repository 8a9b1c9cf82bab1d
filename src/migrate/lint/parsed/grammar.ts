import type { Node } from 'libpg-query';
import { listedQueries } from './plpgsql.ts';

/** Where a statement stops making sense to PostgreSQL's grammar; `at` in bytes. */
export interface Unreadable {
  readonly message: string;
  readonly at: number;
}

export interface Grammar {
  /** The statement's tree, or why there is none. */
  parse(sql: string): Node | Unreadable;
  /** The statements that a DO block or function runs and that can be read; others are left out. */
  parseBody(sql: string): readonly Node[];
}

/** Loads PostgreSQL's own parser (libpg-query, 18). */
export async function loadGrammar(): Promise<Grammar> {
  const { hasSqlDetails, loadModule, parsePlPgSQLSync, parseSync } = await import('libpg-query');
  await loadModule();

  const parse = (sql: string): Node | Unreadable => {
    try {
      const found = parseSync(sql).stmts?.[0]?.stmt;
      return found ?? { message: 'no statement', at: 0 };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const position = hasSqlDetails(error) ? (error.sqlDetails?.cursorPosition ?? 0) : 0;
      return { message, at: Buffer.byteLength([...sql].slice(0, position).join('')) };
    }
  };
  return {
    parse,
    parseBody(sql) {
      return bodyOf(sql, parsePlPgSQLSync).flatMap((query) => {
        const node = parse(query);
        return isUnreadable(node) ? [] : [node];
      });
    },
  };
}

export function isUnreadable(result: Node | Unreadable): result is Unreadable {
  return 'message' in result && 'at' in result;
}

/** A body in another language, or one that does not parse, has no queries to be read. */
function bodyOf(sql: string, parse: (text: string) => unknown): readonly string[] {
  try {
    return listedQueries(parse(sql));
  } catch {
    return [];
  }
}
