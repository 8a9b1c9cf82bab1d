import type { MigrateSetup } from '../migrate/setup.ts';
import type { SettingName } from '../setting-specs.ts';
import type { Context } from './context.ts';

/** Settings of every command that reads the folder and the ledger. */
export const migrateSettings = [
  'directUrl',
  'migrations',
  'layout',
  'ledgerTable',
] as const satisfies readonly SettingName[];

/** Settings of the commands that also change the database. */
export const runnerSettings = [
  ...migrateSettings,
  'lockTimeout',
  'lockRetries',
  'runnerTimeout',
] as const satisfies readonly SettingName[];

/** The settings as the migrate use cases take them. */
export function migrateSetup({ settings, environment, signal, report }: Context): MigrateSetup {
  return {
    folder: settings.migrations,
    layout: settings.layout,
    ledgerTable: settings.ledgerTable,
    lockTimeout: settings.lockTimeout,
    lockRetries: settings.lockRetries,
    runnerTimeout: settings.runnerTimeout,
    cwd: environment.cwd,
    signal,
    onProgress: (text) => report.progress(text),
    onNote: (text) => report.note(text),
  };
}
