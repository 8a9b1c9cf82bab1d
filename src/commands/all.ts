import { backupCheck } from './backup-check.ts';
import { backupCreate } from './backup-create.ts';
import { backupList } from './backup-list.ts';
import { backupPrune } from './backup-prune.ts';
import { backupSchedule } from './backup-schedule.ts';
import { backupShow } from './backup-show.ts';
import { backupWalFetch } from './backup-wal-fetch.ts';
import { backupWalPush } from './backup-wal-push.ts';
import { backupWalReceive } from './backup-wal-receive.ts';
import { backupWalStatus } from './backup-wal-status.ts';
import type { Command } from './command.ts';
import { completionOf } from './completion.ts';
import { config } from './config.ts';
import { healthCheck } from './health-check.ts';
import { healthChecks } from './health-checks.ts';
import { healthPool } from './health-pool.ts';
import { healthSecurity } from './health-security.ts';
import { healthServe } from './health-serve.ts';
import { healthSlow } from './health-slow.ts';
import { healthTune } from './health-tune.ts';
import { migrateAdopt } from './migrate-adopt.ts';
import { migrateBaseline } from './migrate-baseline.ts';
import { migrateCheck } from './migrate-check.ts';
import { migrateDown } from './migrate-down.ts';
import { migrateLint } from './migrate-lint.ts';
import { migrateNew } from './migrate-new.ts';
import { migrateRebase } from './migrate-rebase.ts';
import { migrateRepair } from './migrate-repair.ts';
import { migrateStatus } from './migrate-status.ts';
import { migrateUp } from './migrate-up.ts';
import { poolConfig } from './pool-config.ts';
import { restoreVerify } from './restore-verify.ts';
import { restore } from './restore.ts';
import { rolesApply } from './roles-apply.ts';
import { rolesPrint } from './roles-print.ts';
import { rolesVerify } from './roles-verify.ts';
import { schemaDiff } from './schema-diff.ts';
import { schemaDump } from './schema-dump.ts';
import { schemaVerify } from './schema-verify.ts';
import { wait } from './wait.ts';

const listed: readonly Command[] = [
  migrateUp,
  migrateDown,
  migrateStatus,
  migrateNew,
  migrateLint,
  migrateBaseline,
  migrateRepair,
  migrateRebase,
  migrateAdopt,
  migrateCheck,
  schemaVerify,
  schemaDump,
  schemaDiff,
  healthCheck,
  healthSecurity,
  healthSlow,
  healthTune,
  healthPool,
  healthServe,
  healthChecks,
  poolConfig,
  backupCreate,
  backupList,
  backupShow,
  backupCheck,
  backupPrune,
  backupSchedule,
  backupWalStatus,
  backupWalPush,
  backupWalFetch,
  backupWalReceive,
  restoreVerify,
  restore,
  rolesPrint,
  rolesApply,
  rolesVerify,
  wait,
  config,
];

/** Every command, in the order `--help` lists them. */
export const commands: readonly Command[] = [...listed, completionOf(listed)];
