import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../src/engines/values.ts';
import { findForeignLedgers } from '../../src/migrate/foreign-ledgers.ts';
import type { Adoption } from '../../src/migrate/ledgers/ledger.ts';
import { foreignLedgers } from '../../src/migrate/ledgers/table.ts';
import type { Migration } from '../../src/migrate/migration.ts';
import { migrationsNamed } from './tree.ts';

/** A database that holds these tables and no others. */
function holding(tables: Readonly<Record<string, readonly Row[]>>) {
  return async (table: string): Promise<readonly Row[] | null> => tables[table] ?? null;
}

async function adopted(
  tool: string,
  table: string,
  rows: readonly Row[],
  migrations: readonly Migration[],
): Promise<Adoption> {
  const read = holding({ [table]: rows });
  const [found, ...others] = await findForeignLedgers(read, rows.length > 0 ? null : tool);
  expect(found).toMatchObject({ ledger: { tool }, table });
  expect(others).toEqual([]);
  return found!.ledger.applied(rows, migrations);
}

/** What `migrationsNamed` writes into each file. */
function hash(name: string, algorithm: string): Buffer {
  return createHash(algorithm).update(`-- ${name}\n`).digest();
}

const numbered = migrationsNamed(['0001_a', 1], ['0002_b', 2], ['0003_c', 3]);
const timed = migrationsNamed(
  ['20260101000000_a', 20260101000000],
  ['2026-02-01-000000_b', 20260201000000],
  ['2026-03-01-000000-0000_c', 20260301000000, 0],
);
const flywayed = migrationsNamed(['V1__a', 1], ['V1_2__b', 1, 2], ['V2__c', 2]);

interface Case {
  readonly title: string;
  readonly tool: string;
  readonly table: string;
  readonly rows: readonly Row[];
  readonly migrations: readonly Migration[];
  readonly names: string[];
  readonly unknown?: string[];
  readonly changed?: string[];
}

const flywayRow = (
  rank: number,
  version: string | null,
  type = 'SQL',
  success: unknown = true,
) => ({
  installed_rank: rank,
  version,
  type,
  script: `V${version}__x.sql`,
  success,
});

const cases: readonly Case[] = [
  {
    title: 'dbmate: a row each',
    tool: 'dbmate',
    table: 'schema_migrations',
    rows: [{ version: '20260201000000' }, { version: '20260101000000' }, { version: '20259999' }],
    migrations: timed,
    names: ['20260101000000_a', '2026-02-01-000000_b'],
    unknown: ['20259999'],
  },
  {
    title: 'Rails: leading zeros and numbers are one',
    tool: 'dbmate',
    table: 'schema_migrations',
    rows: [{ version: '0002' }, { version: 1 }],
    migrations: numbered,
    names: ['0001_a', '0002_b'],
  },
  {
    title: 'golang-migrate: everything up to its version (PostgreSQL)',
    tool: 'golang-migrate',
    table: 'schema_migrations',
    rows: [{ version: '2', dirty: false }],
    migrations: numbered,
    names: ['0001_a', '0002_b'],
  },
  {
    title: 'golang-migrate: everything up to its version (SQLite)',
    tool: 'golang-migrate',
    table: 'schema_migrations',
    rows: [{ version: 3n, dirty: 0 }],
    migrations: numbered,
    names: ['0001_a', '0002_b', '0003_c'],
  },
  {
    title: 'golang-migrate: a version without a file',
    tool: 'golang-migrate',
    table: 'schema_migrations',
    rows: [{ version: 9, dirty: 0 }],
    migrations: numbered,
    names: [],
    unknown: ['9'],
  },
  {
    title: 'golang-migrate: nothing yet',
    tool: 'golang-migrate',
    table: 'schema_migrations',
    rows: [],
    migrations: numbered,
    names: [],
  },
  {
    title: 'Diesel: versions without dashes',
    tool: 'diesel',
    table: '__diesel_schema_migrations',
    rows: ['20260101000000', '202603010000000000'].map((version) => ({ version, run_on: '' })),
    migrations: timed,
    names: ['20260101000000_a', '2026-03-01-000000-0000_c'],
  },
  {
    title: 'Diesel: an underscore before the time of day, and zeros in front',
    tool: 'diesel',
    table: '__diesel_schema_migrations',
    rows: ['00000000000000', '20240313'].map((version) => ({ version, run_on: '' })),
    migrations: migrationsNamed(['00000000000000_init', 0], ['2024-03-13_170000_b', 1]),
    names: ['00000000000000_init', '2024-03-13_170000_b'],
  },
  {
    title: 'goose: the last word on each version counts',
    tool: 'goose',
    table: 'goose_db_version',
    rows: [
      { id: 4, version_id: '2', is_applied: false },
      { id: 1, version_id: '0', is_applied: true },
      { id: 2, version_id: '1', is_applied: true },
      { id: 3, version_id: '2', is_applied: true },
      { id: 10, version_id: 3, is_applied: 1 },
    ],
    migrations: numbered,
    names: ['0001_a', '0003_c'],
  },
  {
    title: 'Flyway: versions in parts, undone ones, repeatables',
    tool: 'flyway',
    table: 'flyway_schema_history',
    rows: [
      flywayRow(1, null, 'SCHEMA'),
      flywayRow(5, '2', 'UNDO_SQL'),
      flywayRow(2, '1.0'),
      flywayRow(3, '1.2', 'SQL', 1),
      flywayRow(4, '2'),
      flywayRow(6, null),
      flywayRow(7, '7', 'JDBC'),
    ],
    migrations: flywayed,
    names: ['V1__a', 'V1_2__b'],
    unknown: ['7'],
  },
  {
    title: 'Flyway: a baseline stands for all below it',
    tool: 'flyway',
    table: 'flyway_schema_history',
    rows: [flywayRow(1, '1.5', 'BASELINE'), flywayRow(2, '2')],
    migrations: flywayed,
    names: ['V1__a', 'V1_2__b', 'V2__c'],
  },
  {
    title: 'Flyway: undone and done again',
    tool: 'flyway',
    table: 'flyway_schema_history',
    rows: [flywayRow(54, '1'), flywayRow(56, '1', 'DELETE'), flywayRow(58, '1')],
    migrations: flywayed,
    names: ['V1__a'],
  },
  {
    title: 'knex: names of files',
    tool: 'knex',
    table: 'knex_migrations',
    rows: ['0001_a.js', '0002_b.ts', 'gone.js'].map((name) => ({ id: 1, name, batch: 1 })),
    migrations: numbered,
    names: ['0001_a', '0002_b'],
    unknown: ['gone'],
  },
  {
    title: 'node-pg-migrate',
    tool: 'node-pg-migrate',
    table: 'pgmigrations',
    rows: [{ id: 1, name: '0001_a', run_on: new Date(0) }],
    migrations: numbered,
    names: ['0001_a'],
  },
  {
    title: 'Sequelize',
    tool: 'sequelize',
    table: 'SequelizeMeta',
    rows: [{ name: '0001_a.cjs' }, { name: '0003_c.up.sql' }],
    migrations: numbered,
    names: ['0001_a', '0003_c'],
  },
  {
    title: 'sql-migrate',
    tool: 'sql-migrate',
    table: 'gorp_migrations',
    rows: [{ id: '0001_a.sql', applied_at: '' }],
    migrations: numbered,
    names: ['0001_a'],
  },
  {
    title: 'graphile-migrate',
    tool: 'graphile-migrate',
    table: 'graphile_migrate.migrations',
    rows: [{ hash: 'sha1:x', previous_hash: null, filename: '0001_a.sql' }],
    migrations: numbered,
    names: ['0001_a'],
  },
  {
    title: 'sqlx: a changed file shows',
    tool: 'sqlx',
    table: '_sqlx_migrations',
    rows: [
      { version: '1', success: true, checksum: hash('0001_a', 'sha384') },
      { version: 2, success: 1, checksum: hash('something else', 'sha384') },
    ],
    migrations: numbered,
    names: ['0001_a', '0002_b'],
    changed: ['0002_b'],
  },
  {
    title: 'Prisma: what was rolled back does not count, a changed file shows',
    tool: 'prisma',
    table: '_prisma_migrations',
    rows: [
      {
        migration_name: '0001_a',
        finished_at: new Date(0),
        rolled_back_at: null,
        checksum: hash('0001_a', 'sha256').toString('hex'),
      },
      { migration_name: '0002_b', finished_at: null, rolled_back_at: new Date(0), checksum: 'x' },
      { migration_name: '0003_c', finished_at: '2026', rolled_back_at: null, checksum: 'x' },
    ],
    migrations: numbered,
    names: ['0001_a', '0003_c'],
    changed: ['0003_c'],
  },
  ...['drizzle.__drizzle_migrations', '__drizzle_migrations'].map((table) => ({
    title: `Drizzle: told by the hash of the file, in ${table}`,
    tool: 'drizzle',
    table,
    rows: [
      { id: 1, hash: hash('0002_b', 'sha256').toString('hex'), created_at: '1' },
      { id: 2, hash: 'feed', created_at: '2' },
    ],
    migrations: numbered,
    names: ['0002_b'],
    unknown: ['feed'],
  })),
  {
    title: 'refinery',
    tool: 'refinery',
    table: 'refinery_schema_history',
    rows: [{ version: 1, name: 'a', applied_on: '', checksum: '1' }],
    migrations: flywayed,
    names: ['V1__a'],
  },
];

describe('what another tool has applied', () => {
  test.each(cases)('$title', async ({ tool, table, rows, migrations, names, ...more }) => {
    const { unknown = [], changed = [] } = more;
    expect(await adopted(tool, table, rows, migrations)).toEqual({ names, unknown, changed });
  });

  const refusals: readonly [tool: string, table: string, rows: readonly Row[], why: RegExp][] = [
    ['golang-migrate', 'schema_migrations', [{ version: 2, dirty: 1 }], /version 2 dirty.*force/],
    ['golang-migrate', 'schema_migrations', [{ version: '2', dirty: true }], /dirty/],
    ['flyway', 'flyway_schema_history', [flywayRow(1, '3', 'SQL', false)], /V3__x\.sql.*repair/],
    ['sqlx', '_sqlx_migrations', [{ version: 7, success: 0, checksum: '' }], /version 7 as failed/],
    [
      'prisma',
      '_prisma_migrations',
      [{ migration_name: '0002_b', finished_at: null, rolled_back_at: null }],
      /0002_b began and did not finish.*migrate resolve/,
    ],
    ['alembic', 'alembic_version', [{ version_num: 'ae10' }], /Python.*migrate baseline/],
    ['typeorm', 'migrations', [{ id: 1, timestamp: 1, name: 'X1' }], /baseline/],
  ];
  test.each(refusals)('%s that cannot be taken over: %s', async (tool, table, rows, why) => {
    const { names, refusal } = await adopted(tool, table, rows, numbered);
    expect(names).toEqual([]);
    expect(refusal).toMatch(why);
  });
});

describe('which tool’s ledger is there', () => {
  test('several, each table asked for once', async () => {
    const asked: string[] = [];
    const tables = holding({
      SequelizeMeta: [{ name: '0001_a.js' }],
      pgmigrations: [{ id: 1, name: '0001_a', run_on: '' }],
    });
    const found = await findForeignLedgers((table) => {
      asked.push(table);
      return tables(table);
    }, null);
    expect(found.map(({ table }) => table)).toEqual(['pgmigrations', 'SequelizeMeta']);
    expect(asked).toEqual([...new Set(asked)]);
  });

  test('none, and one whose columns are another’s', async () => {
    expect(await findForeignLedgers(holding({}), null)).toEqual([]);
    const strange = holding({ migrations: [{ id: 1, done: true }] });
    expect(await findForeignLedgers(strange, null)).toEqual([]);
  });

  test('a named tool alone, by any of its names', async () => {
    const read = holding({ schema_migrations: [{ version: '1' }], SequelizeMeta: [] });
    const [rails, ...others] = await findForeignLedgers(read, 'Rails');
    expect([rails?.table, others]).toEqual(['schema_migrations', []]);
    expect(await findForeignLedgers(read, 'golang-migrate')).toEqual([]);
    expect(await findForeignLedgers(read, 'umzug')).toHaveLength(1);
  });

  test('a tool nobody knows', async () => {
    await expect(findForeignLedgers(holding({}), 'flywya')).rejects.toMatchObject({
      code: 'usage',
      details: { hint: expect.stringMatching(/It knows .*Did you mean flyway\?/) },
    });
  });

  test('every tool and every other name of it is there once', () => {
    const names = foreignLedgers.flatMap(({ tool, aliases = [] }) => [tool, ...aliases]);
    expect(names).toEqual([...new Set(names)]);
  });
});
