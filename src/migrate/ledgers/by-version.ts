import type { Row } from '../../engines/values.ts';
import type { Migration } from '../migration.ts';
import { parseName, versionDigits } from '../naming.ts';
import { type Adoption, type ForeignLedger, matched, refused, text, truthy } from './ledger.ts';

/** The number of a migration as ledgers keep it. */
function numberOf({ name }: Migration): string {
  return versionDigits(parseName(name)?.number ?? '');
}

function byNumber(versions: readonly unknown[], migrations: readonly Migration[]): Adoption {
  return matched(
    versions.map((version) => versionDigits(text(version))),
    migrations,
    numberOf,
  );
}

/** dbmate and Rails: a row for each applied version. */
export const dbmate: ForeignLedger = {
  tool: 'dbmate',
  aliases: ['rails'],
  tables: ['schema_migrations'],
  columns: ['version'],
  without: ['dirty'],
  applied: async (rows, migrations) =>
    byNumber(
      rows.map((row) => row['version']),
      migrations,
    ),
};

/** golang-migrate keeps the newest version alone, and a flag that a migration has failed. */
export const golangMigrate: ForeignLedger = {
  tool: 'golang-migrate',
  tables: ['schema_migrations'],
  columns: ['version', 'dirty'],
  applied: async ([row], migrations) => (row ? upTo(row, migrations) : byNumber([], migrations)),
};

function upTo(row: Row, migrations: readonly Migration[]): Adoption {
  const version = versionDigits(text(row['version']));
  if (truthy(row['dirty']))
    return refused(
      `golang-migrate calls version ${version} dirty: that migration failed half-way. Put right by hand what it left behind, say so with "migrate force VERSION", then adopt.`,
    );
  const last = migrations.findIndex((migration) => numberOf(migration) === version);
  const names = migrations.slice(0, last + 1).map(({ name }) => name);
  return { names, unknown: last === -1 ? [version] : [], changed: [] };
}

/** Diesel's version is what stands before the first underscore, without its dashes. */
export const diesel: ForeignLedger = {
  tool: 'diesel',
  tables: ['__diesel_schema_migrations'],
  columns: ['version', 'run_on'],
  applied: async (rows, migrations) =>
    matched(
      rows.map((row) => text(row['version'])),
      migrations,
      ({ name }) => (name.split('_')[0] ?? name).replaceAll('-', ''),
    ),
};

/** goose keeps a history: of each version the last row counts. Version 0 is its own beginning. */
export const goose: ForeignLedger = {
  tool: 'goose',
  tables: ['goose_db_version'],
  columns: ['version_id', 'is_applied'],
  applied: async (rows, migrations) => {
    const state = new Map<string, boolean>();
    for (const row of rows.toSorted((a, b) => Number(text(a['id'])) - Number(text(b['id']))))
      state.set(text(row['version_id']), truthy(row['is_applied']));
    const held = [...state].filter(([version, on]) => on && version !== '0');
    return byNumber(
      held.map(([version]) => version),
      migrations,
    );
  },
};

/** refinery: a row for each applied version, as its layout has it. */
export const refinery: ForeignLedger = {
  tool: 'refinery',
  tables: ['refinery_schema_history'],
  columns: ['version', 'name', 'checksum'],
  applied: async (rows, migrations) =>
    matched(
      rows.map((row) => text(row['version'])),
      migrations,
      ({ version }) => version.join('.'),
    ),
};
