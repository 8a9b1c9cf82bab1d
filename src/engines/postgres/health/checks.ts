import type { PostgresCheck } from './check.ts';
import { connection } from './checks/connection.ts';
import { connections } from './checks/connections.ts';
import { invalidIndexes } from './checks/invalid-indexes.ts';
import { lockWaits } from './checks/lock-waits.ts';
import { securityChecks } from './security-checks.ts';
import { structureChecks } from './structure-checks.ts';

/** In the order in which they run: what tells most comes first, should time run out. */
export const postgresChecks: readonly PostgresCheck[] = [
  connection,
  connections,
  lockWaits,
  invalidIndexes,
  ...structureChecks,
  ...securityChecks,
];
