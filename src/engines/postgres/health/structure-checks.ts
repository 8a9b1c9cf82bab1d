import type { PostgresCheck } from './check.ts';
import { checksumFailures } from './checks/checksum-failures.ts';
import { collationVersions } from './checks/collation-versions.ts';
import { disabledTriggers } from './checks/disabled-triggers.ts';
import { duplicateIndexes } from './checks/duplicate-indexes.ts';
import { eventTriggers } from './checks/event-triggers.ts';
import { extensionUpdates } from './checks/extension-updates.ts';
import { foreignKeyIndexes } from './checks/foreign-key-indexes.ts';
import { integerKeys } from './checks/integer-keys.ts';
import { invalidDatabases } from './checks/invalid-databases.ts';
import { primaryKeys } from './checks/primary-keys.ts';
import { redundantIndexes } from './checks/redundant-indexes.ts';
import { replicaIdentities } from './checks/replica-identities.ts';
import { replicaMode } from './checks/replica-mode.ts';
import { sequences } from './checks/sequences.ts';
import { sequentialScans } from './checks/sequential-scans.ts';
import { unloggedTables } from './checks/unlogged-tables.ts';
import { unusedIndexes } from './checks/unused-indexes.ts';
import { unvalidatedConstraints } from './checks/unvalidated-constraints.ts';

/** Of indexes, and of what holds data together; what tells most comes first. */
export const structureChecks: readonly PostgresCheck[] = [
  sequences,
  integerKeys,
  collationVersions,
  checksumFailures,
  replicaMode,
  invalidDatabases,
  replicaIdentities,
  disabledTriggers,
  unvalidatedConstraints,
  eventTriggers,
  unloggedTables,
  primaryKeys,
  foreignKeyIndexes,
  sequentialScans,
  duplicateIndexes,
  redundantIndexes,
  unusedIndexes,
  extensionUpdates,
];
