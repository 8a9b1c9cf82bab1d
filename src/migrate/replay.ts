import type { LedgerRow } from '../engines/migrating.ts';
import { JemError } from '../errors.ts';
import { groupedRunner } from './group.ts';
import { isUnchanged, load } from './load.ts';
import type { Migration, Source } from './migration.ts';
import { rowOf } from './record.ts';
import { refuseLeaks, type ScratchPlace } from './scratch.ts';
import type { MigrateSetup, Workplace } from './setup.ts';

/**
 * The migrations as they were applied, in that order: the files where they are as they were, else
 * the text that the ledger kept. Throws `migration-not-found` where neither is to be had.
 */
export async function asApplied(
  { folder, ledger, session }: Workplace,
  rows: readonly LedgerRow[],
): Promise<readonly Migration[]> {
  const files = new Map(folder.migrations.map((migration) => [migration.name, migration]));
  const migrations: Migration[] = [];
  for (const { name, checksum } of rows) {
    const file = files.get(name);
    if (file && isUnchanged(file.up, checksum, session.engine.dialect)) {
      migrations.push(file);
      continue;
    }
    const { upSql } = await ledger.texts(name);
    if (upSql === null) throw nothingKept(name, file);
    migrations.push({ name, version: [], up: keptSource(name, upSql), down: null });
  }
  return migrations;
}

/** A text that the ledger kept, as a source. */
export function keptSource(name: string, text: string): Source {
  return {
    file: `${name} (the text kept in the ledger)`,
    kind: 'sql',
    options: {},
    read: () => new TextEncoder().encode(text),
  };
}

function nothingKept(name: string, file: Migration | undefined): JemError {
  return new JemError('migration-not-found', `${name} cannot be replayed as it was applied`, {
    why: `Its file is ${file ? 'changed' : 'gone'}, and the ledger kept no text of it (a module, or a very large file).`,
    hint: 'Bring the file back as it was; or compare with the schema that the last run recorded: --scratch recorded',
  });
}

/**
 * Applies migrations to a scratch database, in the order given. A failure says that it was not
 * the real database that it happened in.
 */
export async function replay(
  at: ScratchPlace,
  setup: MigrateSetup,
  migrations: readonly Migration[],
): Promise<Workplace> {
  const { session: scratch } = at;
  const { signal, ledgerTable } = setup;
  refuseLeaks(
    at,
    migrations.map(({ up }) => up),
  );
  const place: Workplace = {
    session: scratch,
    setup,
    folder: { folder: '', layout: '', migrations },
    ledger: scratch.migrations({ signal, ledgerTable }),
  };
  const byName = new Map(migrations.map((migration) => [migration.name, migration]));
  const run = groupedRunner(place, byName, async (name, migration) => {
    const loaded = await load(migration.up, 'up', scratch.engine.dialect);
    return { name, loaded, change: { kind: 'insert', row: rowOf(migration, loaded) } };
  });
  const patience = { timeout: setup.runnerTimeout, onWait: () => {} };
  try {
    await place.ledger.exclusively(patience, async () => {
      for (const name of byName.keys()) await run(name);
    });
  } catch (error) {
    throw error instanceof JemError ? inScratch(error) : error;
  }
  return place;
}

function inScratch(error: JemError): JemError {
  const where = 'It happened in a scratch database; the real one was only read.';
  return error.with({ why: [error.details.why, where].filter(Boolean).join(' ') });
}
