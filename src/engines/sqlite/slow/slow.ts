import { withoutLiterals } from '../../../sql/excerpt.ts';
import { openScript, readStatement } from '../../../sql/statements.ts';
import { ScriptProblem } from '../../../sql/problem.ts';
import { type Examined, readsRows, type SeenStatement, type SlowStatements } from '../../slow.ts';
import { sqliteDialect } from '../dialect.ts';
import type { Connection } from '../driver.ts';
import { sqliteError } from '../errors.ts';
import { advise } from './advice.ts';
import { planTree, queryPlan } from './plan.ts';

/** Plans of statements that are handed in: SQLite itself remembers none. */
export function sqliteSlow(connection: Connection): SlowStatements {
  return { watch: null, handedIn: (sql) => handedIn(connection, sql) };
}

function handedIn(connection: Connection, sql: string): SeenStatement {
  const head = headOf(sql);
  const reads = readsRows(head);
  return {
    id: null,
    role: null,
    // The number of `?1` looks like a value.
    text: withoutLiterals(sql, sqliteDialect).replaceAll('??', '?'),
    readsRows: reads,
    examine: async () =>
      reads ? examined(connection, sql) : unplanned(`${head.split(' ')[0]} has no plan`),
  };
}

function headOf(sql: string): string {
  try {
    return readStatement(openScript(Buffer.from(sql), sqliteDialect))?.head ?? '';
  } catch (error) {
    if (error instanceof ScriptProblem) return '';
    throw error;
  }
}

function examined(connection: Connection, sql: string): Examined {
  try {
    const rows = queryPlan(connection.db, sql);
    const steps = rows.map(({ detail }) => detail);
    return { plan: planTree(rows), noPlan: null, advice: advise(connection.db, sql, steps) };
  } catch (error) {
    const { details, message } = sqliteError(error, connection);
    return unplanned((details.original ?? message).replace(/near ".*?": /s, ''));
  }
}

function unplanned(reason: string): Examined {
  return { plan: null, noPlan: { reason, hint: null }, advice: [] };
}
