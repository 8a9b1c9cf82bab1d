import type { Session } from '../engines/engine.ts';
import { JemError } from '../errors.ts';
import { findMigration } from './find.ts';
import { type Renamed, renumber } from './rename.ts';
import { type MigrateSetup, openWorkplace } from './setup.ts';

export interface RebaseResult {
  readonly from: string;
  readonly to: string;
  readonly files: readonly Renamed[];
}

/**
 * Gives a late file a number behind all others. Only files change. Throws where it is applied
 * already: the ledger knows it by its name.
 */
export async function migrateRebase(
  session: Session,
  setup: MigrateSetup,
  file: string,
): Promise<RebaseResult> {
  const { folder, ledger } = await openWorkplace(session, setup);
  const migration = findMigration(folder.migrations, file, setup.cwd);
  const rows = (await ledger.read()) ?? [];
  if (rows.some(({ name }) => name === migration.name)) throw isApplied(migration.name);
  const { name, renamed } = await renumber({
    folder: setup.folder,
    layout: setup.layout,
    migration: migration.name,
    now: new Date(),
    cwd: setup.cwd,
  });
  return { from: migration.name, to: name, files: renamed };
}

function isApplied(name: string): JemError {
  return new JemError('migration-applied', `Refused: ${name} is applied to this database`, {
    why: 'The ledger knows it by that name; under another one it would run again.',
    hint: 'Revert it first (`jem-db migrate down`), or leave its number as it is.',
  });
}
