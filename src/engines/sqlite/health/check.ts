import type { Finding, HealthCheck, HealthOptions, NotApplicable } from '../../health.ts';
import type { Connection } from '../driver.ts';

/** A check of one database file; one file each in `checks/`. */
export interface SqliteCheck extends HealthCheck {
  /** Reads only, and waits for nobody. What SQLite refuses it may throw. */
  look(
    connection: Connection,
    options: HealthOptions,
  ): Finding | NotApplicable | Promise<Finding | NotApplicable>;
}

export function sqliteCheck(check: SqliteCheck): SqliteCheck {
  return check;
}
