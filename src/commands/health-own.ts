import type { Session } from '../engines/engine.ts';
import type { HealthCheck } from '../engines/health.ts';
import { JemError } from '../errors.ts';
import {
  backupAgeCheck,
  encryptedCheck,
  judgeBackupAge,
  judgeEncrypted,
  judgeRepository,
  judgeRestoreProof,
  repositoryCheck,
  restoreProofCheck,
} from '../health/own/backups.ts';
import { driftCheck, judgeDrift } from '../health/own/drift.ts';
import { judgeMigrations, migrationsCheck } from '../health/own/migrations.ts';
import { walArchiveCheck } from '../health/own/wal-archive.ts';
import type { Look } from '../health/run.ts';
import type { SettingName } from '../setting-specs.ts';
import type { Context } from './context.ts';
import { knownBackups, type OwnMeans } from './health-backups.ts';
import { lookAtArchive } from './health-wal.ts';
import { migrateSettings, migrateSetup } from './migrate-setup.ts';
import { repositorySettings } from './repository.ts';
import { compareWithExpected } from './schema-comparison.ts';
import { scratchSettings } from './scratch-wish.ts';

/** Settings that the checks of jem-db itself depend on. */
export const ownSettings = [
  ...migrateSettings,
  ...scratchSettings,
  'ignore',
  ...repositorySettings,
] as const satisfies readonly SettingName[];

/** What jem-db itself knows of a database: its migrations, its backups. */
export const ownChecks: readonly HealthCheck[] = [
  migrationsCheck,
  backupAgeCheck,
  restoreProofCheck,
  repositoryCheck,
  walArchiveCheck,
  encryptedCheck,
  driftCheck,
];

export function ownLooks(context: Context, session: Session, means: OwnMeans): readonly Look[] {
  const backups = knownBackups(context, session, means);
  return [
    {
      ...migrationsCheck,
      async look() {
        const { migrateStatus } = await import('../migrate/status.ts');
        try {
          const read = () => migrateStatus(session, migrateSetup(context));
          return judgeMigrations(await means.probe.bounded(read));
        } catch (error) {
          if (error instanceof JemError && error.code === 'migrations-folder-missing')
            return { notApplicable: 'there is no folder of migrations' };
          throw error;
        }
      },
    },
    {
      ...backupAgeCheck,
      look: async () => judgeBackupAge(await backups.held(), Date.now()),
    },
    {
      ...restoreProofCheck,
      look: async () => judgeRestoreProof(await backups.held(), Date.now()),
    },
    { ...repositoryCheck, look: async () => judgeRepository(await backups.held()) },
    { ...walArchiveCheck, look: () => lookAtArchive(backups, session, means) },
    { ...encryptedCheck, look: async () => judgeEncrypted(await backups.held()) },
    {
      ...driftCheck,
      async look() {
        const { expected, comparison } = await compareWithExpected(context, session);
        return judgeDrift({ ...comparison, expectedFrom: expected.from });
      },
    },
  ];
}
