import type { SqliteCheck } from './check.ts';
import { foreignKeys } from './checks/foreign-keys.ts';

/** In the order in which they run: what tells most comes first, should time run out. */
export const sqliteChecks: readonly SqliteCheck[] = [foreignKeys];
