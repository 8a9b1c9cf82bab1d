import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../support/folders.ts';
import { refusal } from '../failures.ts';
import { backUp, contentOf, restoreInto, sourceOf } from './backing.ts';

const schema = `CREATE TABLE customer (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
  CREATE TABLE "order" (id INTEGER PRIMARY KEY, customer REFERENCES customer (id), n, twice AS (n * 2) STORED);
  CREATE INDEX order_n ON "order" (n);
  CREATE TRIGGER order_in AFTER INSERT ON "order" BEGIN INSERT INTO customer (name) VALUES ('by trigger'); END;
  CREATE VIRTUAL TABLE words USING fts5 (word);
  INSERT INTO customer (name) VALUES ('a'), ('b'); DELETE FROM customer WHERE name = 'b';
  INSERT INTO "order" (customer, n) VALUES (1, 10), (1, 20);`;

async function prepared(folder: string) {
  const file = join(folder, 'app.db');
  const db = new Database(file);
  db.exec(schema);
  const backup = await backUp(file, join(folder, 'stage'));
  db.exec(`DELETE FROM "order"; DROP INDEX order_n; UPDATE customer SET name = 'changed'`);
  return { file, db, backup, source: sourceOf(backup) };
}

test('with their indexes, triggers and sequences; all others stay as they are', async () => {
  await using folder = await temporaryFolder();
  const { file, db, backup, source } = await prepared(folder.path);
  const { warnings } = await restoreInto(file, source, { clean: true, tables: ['main.ORDER'] });
  expect(warnings).toEqual([]);
  expect(db.prepare('SELECT name FROM customer').pluck().all()).toEqual(
    db.prepare("SELECT name FROM customer WHERE name = 'changed'").pluck().all(),
  );
  expect(db.prepare('SELECT id, n, twice FROM "order"').raw().all()).toEqual([
    [1, 10, 20],
    [2, 20, 40],
  ]);
  const parts = `SELECT name FROM sqlite_schema WHERE tbl_name = 'order' AND type <> 'table' ORDER BY 1`;
  expect(db.prepare(parts).pluck().all()).toEqual(['order_in', 'order_n']);
  await restoreInto(file, source, { clean: true, tables: ['customer'] });
  expect(await contentOf(file)).toEqual(backup.taken.content);
  expect(readdirSync(folder.path).toSorted()).toEqual(['app.db', 'stage']);
});

test('into a database that is not there, with a warning of what refers to nothing', async () => {
  await using folder = await temporaryFolder();
  const { source } = await prepared(folder.path);
  const file = join(folder.path, 'new.db');
  const { warnings } = await restoreInto(file, source, { tables: ['order'] });
  expect(warnings).toEqual(['2 rows of order refer to rows of customer that are not there']);
});

test('refused, and nothing changed', async () => {
  await using folder = await temporaryFolder();
  const { file, db, source } = await prepared(folder.path);
  const before = await contentOf(file);
  const refused = (tables: string[], clean = true): ReturnType<typeof refusal> =>
    refusal(restoreInto(file, source, { tables, clean }));
  expect(await refused(['order'], false)).toMatchObject({
    code: 'restore-refused',
    details: { why: 'It holds its order, which would be lost.' },
  });
  expect(await refused(['order', 'costumer'])).toMatchObject({
    code: 'object-missing',
    message: 'The backup holds no table costumer. Did you mean customer?',
  });
  expect(await refused(['customer', 'words'])).toMatchObject({ code: 'restore-refused' });
  expect(await refused(['words_data'])).toMatchObject({ code: 'restore-refused' });
  expect(await contentOf(file)).toEqual(before);
  const { content } = source;
  const tables = content.tables.map((table) =>
    table.name === 'customer' ? { ...table, rows: 7 } : table,
  );
  const other = { ...source, content: { ...content, tables } };
  expect(
    await refusal(restoreInto(file, other, { tables: ['customer'], clean: true })),
  ).toMatchObject({
    code: 'restore-failed',
    message: 'The table customer is not as it was backed up',
  });
  expect(await contentOf(file)).toEqual(before);
  db.exec('BEGIN IMMEDIATE');
  expect(await refused(['order'])).toMatchObject({ code: 'lock-timeout' });
  db.exec('ROLLBACK');
  const missing = join(folder.path, 'new.db');
  await refusal(restoreInto(missing, source, { tables: ['nothing'] }));
  expect(existsSync(missing)).toBe(false);
});
