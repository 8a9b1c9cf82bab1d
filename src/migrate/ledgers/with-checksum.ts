import { createHash } from 'node:crypto';
import type { Row } from '../../engines/values.ts';
import type { Migration } from '../migration.ts';
import { parseName, versionDigits } from '../naming.ts';
import { type Adoption, type ForeignLedger, matched, refused, text, truthy } from './ledger.ts';

function hashOf({ up }: Migration, algorithm: string): string {
  return createHash(algorithm).update(up.read()).digest('hex');
}

/** Adds which of the adopted files are no longer what the ledger's checksum was taken of. */
async function compared(
  adoption: Adoption,
  migrations: readonly Migration[],
  algorithm: string,
  checksumOf: (migration: Migration) => string | undefined,
): Promise<Adoption> {
  const names = new Set(adoption.names);
  const changed: string[] = [];
  for (const migration of migrations.filter(({ name }) => names.has(name))) {
    const recorded = checksumOf(migration);
    if (recorded && recorded !== hashOf(migration, algorithm)) changed.push(migration.name);
  }
  return { ...adoption, changed };
}

/** sqlx: a row for each version, with the SHA-384 of the file. */
export const sqlx: ForeignLedger = {
  tool: 'sqlx',
  tables: ['_sqlx_migrations'],
  columns: ['version', 'success', 'checksum'],
  applied: async (rows, migrations) => {
    const failed = rows.find((row) => !truthy(row['success']));
    if (failed)
      return refused(
        `sqlx holds version ${text(failed['version'])} as failed half-way. Put right what it left behind, delete its row from _sqlx_migrations, then adopt.`,
      );
    const keyOf = ({ name }: Migration): string => versionDigits(parseName(name)?.number ?? '');
    const recorded = new Map(rows.map((row) => [text(row['version']), text(row['checksum'])]));
    const adoption = matched(recorded.keys(), migrations, keyOf);
    return compared(adoption, migrations, 'sha384', (one) => recorded.get(keyOf(one)));
  },
};

/** Prisma: a row for each try, with the SHA-256 of the file. */
export const prisma: ForeignLedger = {
  tool: 'prisma',
  tables: ['_prisma_migrations'],
  columns: ['migration_name', 'finished_at', 'rolled_back_at'],
  applied: async (rows, migrations) => {
    const standing = rows.filter((row) => !text(row['rolled_back_at']));
    const failed = standing.find((row) => !text(row['finished_at']));
    if (failed) {
      const name = text(failed['migration_name']);
      return refused(
        `Prisma's migration ${name} began and did not finish. Put right what it left behind, run "prisma migrate resolve --applied ${name}" or "--rolled-back ${name}", then adopt.`,
      );
    }
    const nameOf = (row: Row): string => text(row['migration_name']);
    const recorded = new Map(standing.map((row) => [nameOf(row), text(row['checksum'])]));
    const adoption = matched(recorded.keys(), migrations, ({ name }) => name);
    return compared(adoption, migrations, 'sha256', ({ name }) => recorded.get(name));
  },
};

/** Drizzle keeps no name, but the SHA-256 of the file: a changed file is unknown to it. */
export const drizzle: ForeignLedger = {
  tool: 'drizzle',
  tables: ['drizzle.__drizzle_migrations', '__drizzle_migrations'],
  columns: ['hash', 'created_at'],
  applied: async (rows, migrations) => {
    const hashes = new Map<Migration, string>();
    for (const migration of migrations) hashes.set(migration, hashOf(migration, 'sha256'));
    const held = rows.map((row) => text(row['hash']));
    return matched(held, migrations, (migration) => hashes.get(migration) ?? '');
  },
};
