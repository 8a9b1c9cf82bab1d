import type { Session } from '../engines/engine.ts';
import { JemError } from '../errors.ts';
import { findMigration } from './find.ts';
import { type MigrateSetup, asOnlyRunner, openWorkplace } from './setup.ts';
import { recordAsApplied } from './record.ts';

export interface BaselineResult {
  readonly outcome: 'recorded';
  /** Migrations that now count as applied; nothing of them was run. */
  readonly recorded: readonly string[];
}

/**
 * Marks an existing database as being at a migration: that one and all before it are recorded as
 * applied, and none is run. Throws `ledger-not-empty` where migrations are recorded already.
 */
export async function migrateBaseline(
  session: Session,
  setup: MigrateSetup,
  at: string,
): Promise<BaselineResult> {
  const workplace = await openWorkplace(session, setup);
  const { folder, ledger } = workplace;
  await ledger.prepare();
  const last = folder.migrations.indexOf(findMigration(folder.migrations, at, setup.cwd));
  const wanted = folder.migrations.slice(0, last + 1);
  return asOnlyRunner(workplace, async () => {
    const rows = (await ledger.read()) ?? [];
    if (rows.length > 0) throw notEmpty(rows.length);
    await recordAsApplied(workplace, wanted);
    return { outcome: 'recorded', recorded: wanted.map(({ name }) => name) };
  });
}

function notEmpty(rows: number): JemError {
  return new JemError(
    'ledger-not-empty',
    'Refused: this database has migrations recorded already',
    {
      why: `Its ledger holds ${rows}. A baseline is for a database that jem-db has never migrated.`,
      hint: 'See them: `jem-db migrate status`',
    },
  );
}
