import type { Migration } from '../migration.ts';
import { type Adoption, type ForeignLedger, matched, text } from './ledger.ts';

/** `20260101_users.up.sql` → `20260101_users`: tools keep the file's name, whole or not. */
function stem(name: string): string {
  return name.replace(/\.(sql|[cm]?[jt]s)$/, '').replace(/\.(up|down)$/, '');
}

function byName(names: readonly unknown[], migrations: readonly Migration[]): Adoption {
  return matched(
    names.map((name) => stem(text(name))),
    migrations,
    ({ name }) => name,
  );
}

/** A ledger that keeps the names of the files. */
function named(ledger: Omit<ForeignLedger, 'applied'>, column: string): ForeignLedger {
  return {
    ...ledger,
    applied: async (rows, migrations) =>
      byName(
        rows.map((row) => row[column]),
        migrations,
      ),
  };
}

export const knex = named(
  { tool: 'knex', tables: ['knex_migrations'], columns: ['name', 'batch'] },
  'name',
);

export const nodePgMigrate = named(
  { tool: 'node-pg-migrate', tables: ['pgmigrations'], columns: ['name', 'run_on'] },
  'name',
);

/** Sequelize, and umzug with its usual storage. */
export const sequelize = named(
  { tool: 'sequelize', aliases: ['umzug'], tables: ['SequelizeMeta'], columns: ['name'] },
  'name',
);

export const sqlMigrate = named(
  { tool: 'sql-migrate', tables: ['gorp_migrations'], columns: ['id', 'applied_at'] },
  'id',
);

export const graphileMigrate = named(
  {
    tool: 'graphile-migrate',
    tables: ['graphile_migrate.migrations'],
    columns: ['hash', 'previous_hash', 'filename'],
  },
  'filename',
);
