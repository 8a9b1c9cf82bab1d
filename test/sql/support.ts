import { postgresDialect } from '../../src/engines/postgres/dialect.ts';
import { sqliteDialect } from '../../src/engines/sqlite/dialect.ts';
import { ScriptProblem } from '../../src/sql/problem.ts';
import { type Dialect, splitStatements } from '../../src/sql/statements.ts';

export const dialects = { PostgreSQL: postgresDialect, SQLite: sqliteDialect } as const;

/** The texts of a script's statements. */
export function split(script: string | Uint8Array, dialect: Dialect): string[] {
  const bytes = Buffer.from(script);
  return [...splitStatements(bytes, dialect)].map(({ start, end }) =>
    bytes.toString('utf8', start, end),
  );
}

/** The heads of a script's statements. */
export function heads(script: string, dialect: Dialect): string[] {
  return [...splitStatements(Buffer.from(script), dialect)].map(({ head }) => head);
}

/** Why a script cannot be cut; null where it can. */
export function problem(script: string | Uint8Array, dialect: Dialect): ScriptProblem | null {
  try {
    split(script, dialect);
    return null;
  } catch (error) {
    if (error instanceof ScriptProblem) return error;
    throw error;
  }
}
