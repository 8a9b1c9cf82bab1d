import type { Command } from './command.ts';
import { completionOf } from './completion.ts';
import { config } from './config.ts';
import { migrateAdopt } from './migrate-adopt.ts';
import { migrateBaseline } from './migrate-baseline.ts';
import { migrateDown } from './migrate-down.ts';
import { migrateNew } from './migrate-new.ts';
import { migrateRebase } from './migrate-rebase.ts';
import { migrateRepair } from './migrate-repair.ts';
import { migrateStatus } from './migrate-status.ts';
import { migrateUp } from './migrate-up.ts';
import { wait } from './wait.ts';

const listed: readonly Command[] = [
  migrateUp,
  migrateDown,
  migrateStatus,
  migrateNew,
  migrateBaseline,
  migrateRepair,
  migrateRebase,
  migrateAdopt,
  wait,
  config,
];

/** Every command, in the order `--help` lists them. */
export const commands: readonly Command[] = [...listed, completionOf(listed)];
