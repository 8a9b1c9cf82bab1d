import Driver from 'better-sqlite3';
import { type Database, quoted } from '../driver.ts';
import { queryPlan } from './plan.ts';

/**
 * The schema in memory, without the rows: SQLite's own planner tells there which of some indexes it
 * would take. Closed by whoever made it.
 */
export interface Trial extends Disposable {
  /** The steps of a plan with these indexes, each given by its columns. */
  plan(sql: string, table: string, indexes: readonly (readonly string[])[]): readonly string[];
}

/** What tells an index of ours in a plan; its number follows. */
export const trialIndex = 'jem_db_trial_';

export function openTrial(db: Database): Trial {
  const copy = new Driver(':memory:');
  copySchema(db, copy);
  copyStatistics(db, copy);
  return {
    plan(sql, table, indexes) {
      copy.exec('SAVEPOINT trial');
      try {
        for (const [at, columns] of indexes.entries())
          copy.exec(
            `CREATE INDEX ${trialIndex}${at} ON ${quoted(table)} (${columns.map(quoted).join(', ')})`,
          );
        return queryPlan(copy, sql).map(({ detail }) => detail);
      } finally {
        copy.exec('ROLLBACK TO trial; RELEASE trial');
      }
    },
    [Symbol.dispose]: () => copy.close(),
  };
}

/** What needs a module or a function that is not there is left out, as it is in every plan. */
function copySchema(db: Database, copy: Database): void {
  const texts = db
    .prepare(
      "SELECT sql FROM sqlite_schema WHERE sql LIKE 'CREATE %' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND type <> 'trigger' ORDER BY type = 'view', type = 'index', rowid",
    )
    .pluck()
    .all() as string[];
  for (const text of texts)
    try {
      copy.prepare(text).run();
    } catch {
      // A plan that needs it fails with the reason.
    }
}

function copyStatistics(db: Database, copy: Database): void {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").get() === undefined)
    return;
  copy.exec('ANALYZE sqlite_schema');
  const insert = copy.prepare('INSERT INTO sqlite_stat1 VALUES (?, ?, ?)');
  for (const row of db.prepare('SELECT tbl, idx, stat FROM sqlite_stat1').raw().all())
    insert.run(...(row as unknown[]));
  copy.exec('ANALYZE sqlite_schema');
}
