import type { PostgresCheck } from './check.ts';
import { archiveBacklog } from './checks/archive-backlog.ts';
import { archiveCommand } from './checks/archive-command.ts';
import { archiver } from './checks/archiver.ts';
import { autovacuumOff } from './checks/autovacuum-off.ts';
import { autovacuumOffTables } from './checks/autovacuum-off-tables.ts';
import { autovacuumQueue } from './checks/autovacuum-queue.ts';
import { tableBloat, indexBloat } from './checks/bloat.ts';
import { cacheHits } from './checks/cache-hits.ts';
import { checkpoints } from './checks/checkpoints.ts';
import { connection } from './checks/connection.ts';
import { connectionLimits } from './checks/connection-limits.ts';
import { connections } from './checks/connections.ts';
import { crashSafety } from './checks/crash-safety.ts';
import { databaseSize } from './checks/database-size.ts';
import { deadRows, vacuumBehind } from './checks/dead-rows.ts';
import { deadlocks } from './checks/deadlocks.ts';
import { diskSpace } from './checks/disk-space.ts';
import { idleInTransaction } from './checks/idle-in-transaction.ts';
import { invalidIndexes } from './checks/invalid-indexes.ts';
import { lockTable } from './checks/lock-table.ts';
import { lockWaits } from './checks/lock-waits.ts';
import { logging } from './checks/logging.ts';
import { longQueries } from './checks/long-queries.ts';
import { longTransactions } from './checks/long-transactions.ts';
import { maxConnections } from './checks/max-connections.ts';
import { neverAnalyzed } from './checks/never-analyzed.ts';
import { pendingRestart } from './checks/pending-restart.ts';
import { preparedTransactions } from './checks/prepared-transactions.ts';
import { replayLag } from './checks/replay-lag.ts';
import { replayPaused } from './checks/replay-paused.ts';
import { replicationLag, replicationLagBytes } from './checks/replication-lag.ts';
import { roleTimeouts } from './checks/role-timeouts.ts';
import { rollbacks } from './checks/rollbacks.ts';
import { settingsFiles } from './checks/settings-files.ts';
import { slotWal } from './checks/slot-wal.ts';
import { slotsInactive } from './checks/slots-inactive.ts';
import { slotsLost } from './checks/slots-lost.ts';
import { staleStatistics } from './checks/stale-statistics.ts';
import { statementStatistics } from './checks/statement-statistics.ts';
import { subscriptions } from './checks/subscriptions.ts';
import { synchronousStandbys } from './checks/synchronous-standbys.ts';
import { tableFreezeAge } from './checks/table-freeze-age.ts';
import { temporaryFiles } from './checks/temporary-files.ts';
import { walDirectory } from './checks/wal-directory.ts';
import { walReceiver } from './checks/wal-receiver.ts';
import { walSenders } from './checks/wal-senders.ts';
import { xidWraparound, multixactWraparound } from './checks/wraparound.ts';
import { xminHorizon } from './checks/xmin-horizon.ts';
import { securityChecks } from './security-checks.ts';
import { structureChecks } from './structure-checks.ts';

/** In the order in which they run: what tells most comes first, should time run out. */
export const postgresChecks: readonly PostgresCheck[] = [
  connection,
  replayPaused,
  connections,
  lockWaits,
  idleInTransaction,
  longTransactions,
  preparedTransactions,
  xidWraparound,
  multixactWraparound,
  diskSpace,
  synchronousStandbys,
  archiver,
  archiveCommand,
  archiveBacklog,
  walDirectory,
  walReceiver,
  replayLag,
  replicationLag,
  replicationLagBytes,
  slotsLost,
  slotWal,
  slotsInactive,
  subscriptions,
  walSenders,
  crashSafety,
  autovacuumOff,
  settingsFiles,
  pendingRestart,
  connectionLimits,
  maxConnections,
  lockTable,
  xminHorizon,
  tableFreezeAge,
  deadRows,
  vacuumBehind,
  autovacuumQueue,
  autovacuumOffTables,
  neverAnalyzed,
  staleStatistics,
  invalidIndexes,
  ...structureChecks,
  ...securityChecks,
  longQueries,
  deadlocks,
  rollbacks,
  temporaryFiles,
  cacheHits,
  checkpoints,
  statementStatistics,
  roleTimeouts,
  logging,
  tableBloat,
  indexBloat,
  databaseSize,
];
