import Database from 'better-sqlite3';
import { expect } from 'vitest';
import type { Mend, Schema, SchemaDifference } from '../../../src/engines/schema.ts';
import { sqlite } from '../../../src/engines/sqlite/engine.ts';
import { readSqliteSchema } from '../../../src/engines/sqlite/schema/read.ts';
import { compareSchemas } from '../../../src/schema/compare.ts';

export type Db = Database.Database;

/** A database in memory after these statements. */
export function database(...statements: readonly string[]): Db {
  const db = new Database(':memory:');
  for (const sql of statements) db.exec(sql);
  return db;
}

export function schemaOf(db: Db, ledgerTable = 'jem_db_migrations'): Schema {
  const about = { db, file: null, display: ':memory:', readonly: false };
  return readSqliteSchema(about, { ledgerTable });
}

/** `changed column t.a: notNull`, one a difference. */
function words(differences: readonly SchemaDifference[]): string[] {
  return differences.map(({ change, expected, actual, attributes }) => {
    const object = expected ?? actual;
    const name = [object?.table, object?.name].filter(Boolean).join('.');
    return [`${change} ${object?.type} ${name}`, attributes.join(', ')].filter(Boolean).join(': ');
  });
}

export function differencesOf(expected: Db, actual: Db): string[] {
  return words(compareSchemas(schemaOf(expected), schemaOf(actual)));
}

export const emptySchema: Schema = { engine: 'sqlite', serverVersion: '', objects: [] };

/** What the engine proposes; each difference must be spoken of once. */
export async function mendsFor(expected: Schema, actual: Schema): Promise<readonly Mend[]> {
  const differences = compareSchemas(expected, actual);
  const mends = await sqlite.mend(expected, actual, differences);
  const spoken = mends.map(({ difference }) => difference);
  expect(new Set(spoken)).toEqual(new Set(differences));
  expect(spoken).toHaveLength(differences.length);
  return mends;
}

/** Runs what mends `actual`; the schemas are equal then, and nothing is open or switched off. */
export async function expectMended(expected: Db, actual: Db): Promise<readonly Mend[]> {
  const mends = await mendsFor(schemaOf(expected), schemaOf(actual));
  run(actual, mends);
  expect(differencesOf(expected, actual)).toEqual([]);
  expect(actual.inTransaction).toBe(false);
  expect(actual.pragma('foreign_keys', { simple: true })).toBe(1);
  expect(actual.pragma('legacy_alter_table', { simple: true })).toBe(0);
  expect(actual.pragma('integrity_check', { simple: true })).toBe('ok');
  return mends;
}

export function run(db: Db, mends: readonly Mend[]): void {
  for (const { statements } of mends) for (const sql of statements) db.exec(sql);
}

export function rows(db: Db, sql: string): unknown[] {
  return db.prepare(sql).raw().all();
}
