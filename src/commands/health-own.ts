import type { Session } from '../engines/engine.ts';
import type { HealthCheck } from '../engines/health.ts';
import { JemError } from '../errors.ts';
import { judgeMigrations, migrationsCheck } from '../health/own/migrations.ts';
import type { Look } from '../health/run.ts';
import type { SettingName } from '../setting-specs.ts';
import type { Context } from './context.ts';
import { migrateSettings, migrateSetup } from './migrate-setup.ts';
import { repositorySettings } from './repository.ts';

/** Settings that the checks of jem-db itself depend on. */
export const ownSettings = [
  ...migrateSettings,
  ...repositorySettings,
] as const satisfies readonly SettingName[];

/** What jem-db itself knows of a database: its migrations, its backups. */
export const ownChecks: readonly HealthCheck[] = [migrationsCheck];

export function ownLooks(context: Context, session: Session): readonly Look[] {
  return [
    {
      ...migrationsCheck,
      async look() {
        const { migrateStatus } = await import('../migrate/status.ts');
        try {
          return judgeMigrations(await migrateStatus(session, migrateSetup(context)));
        } catch (error) {
          if (error instanceof JemError && error.code === 'migrations-folder-missing')
            return { notApplicable: 'there is no folder of migrations' };
          throw error;
        }
      },
    },
  ];
}
