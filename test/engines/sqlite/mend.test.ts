import { expect, test } from 'vitest';
import type { Mend } from '../../../src/engines/schema.ts';
import { sqlite } from '../../../src/engines/sqlite/engine.ts';
import { compareSchemas } from '../../../src/schema/compare.ts';
import {
  database,
  differencesOf,
  expectMended,
  mendsFor,
  rows,
  run,
  schemaOf,
} from './schema-bench.ts';

function statements(mends: readonly Mend[]): string[] {
  return mends.flatMap((each) => each.statements);
}

function notes(mends: readonly Mend[]): (string | null)[] {
  return mends.map(({ note }) => note);
}

test('a column at the end is added, with what stands behind it', async () => {
  const actual = database(
    'CREATE TABLE p (id INTEGER PRIMARY KEY)',
    'CREATE TABLE t (a)',
    'INSERT INTO t VALUES (1)',
  );
  const expected = database(
    'CREATE TABLE p (id INTEGER PRIMARY KEY)',
    'CREATE TABLE t (a, b INT DEFAULT 5 CHECK (b > 0), p REFERENCES p ON DELETE CASCADE)',
  );
  expect(statements(await expectMended(expected, actual))).toEqual([
    'ALTER TABLE t ADD COLUMN b INT DEFAULT 5 CHECK (b > 0)',
    'ALTER TABLE t ADD COLUMN p REFERENCES p ON DELETE CASCADE',
  ]);
  expect(rows(actual, 'SELECT * FROM t')).toEqual([[1, 5, null]]);
});

test('a column that is not at the end has the table rebuilt, in the order expected', async () => {
  const actual = database('CREATE TABLE t (a, c)', 'INSERT INTO t VALUES (1, 3)');
  await expectMended(database('CREATE TABLE t (a, b DEFAULT 2, c)'), actual);
  expect(rows(actual, 'SELECT * FROM t')).toEqual([[1, 2, 3]]);
});

test.each(['DEFAULT (random())', 'DEFAULT CURRENT_TIMESTAMP', 'AS (a) STORED', 'UNIQUE'])(
  'a column that ALTER TABLE cannot add where there are rows: %s',
  async (clause) => {
    const actual = database('CREATE TABLE t (a)', 'INSERT INTO t VALUES (1), (2)');
    await expectMended(database(`CREATE TABLE t (a, b ${clause})`), actual);
    expect(rows(actual, 'SELECT a FROM t')).toEqual([[1], [2]]);
  },
);

test('a new column that must have a value says so, and changes nothing where there are rows', async () => {
  const expected = database('CREATE TABLE t (a, b NOT NULL)');
  const actual = database('CREATE TABLE t (a)', 'INSERT INTO t VALUES (1)');
  const mends = await mendsFor(schemaOf(expected), schemaOf(actual));
  expect(notes(mends)).toEqual([
    'Fails while t has rows: b is NOT NULL without a default, so write down first what they shall hold',
  ]);
  expect(() => run(actual, mends)).toThrow('Cannot add a NOT NULL column');
  actual.exec('DELETE FROM t');
  run(actual, mends);
  expect(differencesOf(expected, actual)).toEqual([]);
});

test('a column too many is dropped, but not where a view would break', async () => {
  const plain = database('CREATE TABLE t (a, b)');
  expect(statements(await expectMended(database('CREATE TABLE t (a)'), plain))).toEqual([
    'ALTER TABLE t DROP COLUMN b',
  ]);
  const viewed = database('CREATE TABLE t (a, b)', 'CREATE VIEW v AS SELECT b FROM t');
  await expectMended(database('CREATE TABLE t (a)', 'CREATE VIEW v AS SELECT a FROM t'), viewed);
});

test('a column renamed keeps its values, and is one statement', async () => {
  const schema = (name: string): string[] => [
    `CREATE TABLE t (id INTEGER PRIMARY KEY, ${name} TEXT UNIQUE CHECK (${name} <> ''))`,
    `CREATE INDEX i ON t (lower(${name})) WHERE ${name} > 'a'`,
    `CREATE TABLE child (t REFERENCES t (${name}))`,
  ];
  const actual = database(...schema('"old name"'), `INSERT INTO t VALUES (1, 'x')`);
  const mends = await expectMended(database(...schema('label')), actual);
  expect(statements(mends)).toEqual(['ALTER TABLE t RENAME COLUMN "old name" TO label']);
  expect(mends[0]?.note).toContain('Taken for a rename');
  expect(rows(actual, 'SELECT label FROM t')).toEqual([['x']]);
});

test('a rename and another change of the table', async () => {
  const actual = database('CREATE TABLE t (a, b)', 'INSERT INTO t VALUES (1, 2)');
  await expectMended(database('CREATE TABLE t (a, c, CHECK (c > 0 AND a > 0))'), actual);
  expect(rows(actual, 'SELECT a, c FROM t')).toEqual([[1, 2]]);
});

test('a table whose name differs in case alone keeps its rows', async () => {
  const actual = database(
    'CREATE TABLE Users (a)',
    'CREATE INDEX i ON Users (a)',
    'INSERT INTO Users VALUES (1)',
  );
  const mends = await expectMended(
    database('CREATE TABLE users (a)', 'CREATE INDEX i ON users (a)'),
    actual,
  );
  expect(statements(mends)).toEqual([
    'ALTER TABLE Users RENAME TO users_',
    'ALTER TABLE users_ RENAME TO users',
  ]);
  expect(rows(actual, 'SELECT * FROM users')).toEqual([[1]]);
});

test('several differences of one table: one rebuild, given to the first', async () => {
  const actual = database(
    'CREATE TABLE t (a, b TEXT)',
    'CREATE INDEX i ON t (a)',
    'INSERT INTO t VALUES (1, 2)',
  );
  const expected = database(
    'CREATE TABLE t (a PRIMARY KEY, b INT NOT NULL)',
    'CREATE INDEX i ON t (b)',
    'CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END',
  );
  const mends = await expectMended(expected, actual);
  expect(mends.map((each) => each.statements.length > 0)).toEqual([true, false, false, false]);
  expect(notes(mends).slice(1)).toEqual(Array(3).fill('Mended with the column b'));
});

test('a rebuild keeps rowids, the sequence, children, views and triggers elsewhere', async () => {
  const around = [
    'CREATE TABLE child (id INTEGER PRIMARY KEY, p REFERENCES t (id) ON DELETE CASCADE)',
    'CREATE VIEW v AS SELECT * FROM t',
    'CREATE TRIGGER other AFTER INSERT ON child BEGIN UPDATE t SET b = 1; END',
  ];
  const actual = database(
    'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, b)',
    'CREATE TABLE plain (a)',
    ...around,
    'INSERT INTO t VALUES (1, 0), (40, 0)',
    'DELETE FROM t WHERE id = 40',
    'INSERT INTO plain (rowid, a) VALUES (7, 8)',
    'INSERT INTO child VALUES (5, 1)',
  );
  const expected = database(
    'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, b INT)',
    'CREATE TABLE plain (a INT)',
    ...around,
  );
  await expectMended(expected, actual);
  expect(rows(actual, 'SELECT * FROM child')).toEqual([[5, 1]]);
  expect(rows(actual, 'SELECT rowid, a FROM plain')).toEqual([[7, 8]]);
  actual.exec('INSERT INTO t (b) VALUES (0)');
  expect(rows(actual, 'SELECT id FROM v')).toEqual([[1], [41]]);
});

test('rows that do not fit stop a rebuild, whatever the table does with conflicts', async () => {
  const actual = database('CREATE TABLE t (a)', 'INSERT INTO t VALUES (1), (1)');
  const expected = database('CREATE TABLE t (a UNIQUE ON CONFLICT REPLACE)');
  const mends = await mendsFor(schemaOf(expected), schemaOf(actual));
  expect(() => run(actual, mends)).toThrow('UNIQUE constraint failed');
  actual.exec('ROLLBACK');
  expect(rows(actual, 'SELECT * FROM t')).toEqual([[1], [1]]);
  expect(notes(mends)[0]).toContain('Stop at the first error');
});

test('a table too many that others refer to takes none of their rows along', async () => {
  const child = 'CREATE TABLE child (id INTEGER PRIMARY KEY, p INT)';
  const actual = database(
    'CREATE TABLE p (id INTEGER PRIMARY KEY)',
    'CREATE TABLE child (id INTEGER PRIMARY KEY, p INT REFERENCES p ON DELETE CASCADE)',
    'INSERT INTO p VALUES (1)',
    'INSERT INTO child VALUES (1, 1)',
  );
  await expectMended(database(child), actual);
  expect(rows(actual, 'SELECT * FROM child')).toEqual([[1, 1]]);
});

test('names that move from one kind of thing to another', async () => {
  const actual = database(
    'CREATE TABLE x (a)',
    'CREATE VIEW y AS SELECT 1 AS one',
    'CREATE INDEX i ON x (a)',
    'CREATE TABLE z (a)',
    'CREATE TRIGGER g INSTEAD OF INSERT ON y BEGIN SELECT 1; END',
  );
  const expected = database(
    'CREATE TABLE y (a)',
    'CREATE VIEW x AS SELECT 1 AS one',
    'CREATE TABLE z (a, b UNIQUE)',
    'CREATE INDEX i ON z (a)',
    'CREATE TRIGGER g AFTER INSERT ON z BEGIN SELECT 1; END',
    'CREATE VIRTUAL TABLE w USING fts5 (a)',
  );
  await expectMended(expected, actual);
});

test('what was left out of the comparison is left as it is', async () => {
  const expected = schemaOf(database('CREATE TABLE t (a INT, b)'));
  const actual = database(
    'CREATE TABLE t (a, b, mine DEFAULT 1)',
    'CREATE INDEX mine ON t (mine)',
    'INSERT INTO t VALUES (1, 2, 3)',
  );
  const differences = compareSchemas(expected, schemaOf(actual)).filter(
    (each) => each.actual?.name !== 'mine',
  );
  run(actual, await sqlite.mend(expected, schemaOf(actual), differences));
  expect(rows(actual, 'SELECT mine FROM t INDEXED BY mine')).toEqual([[3]]);
  expect(schemaOf(actual).objects.find(({ name }) => name === 'a')?.attributes['type']).toBe('INT');
});

test('names and texts that need quotes', async () => {
  const expected = database(
    `CREATE TABLE "a ""b" ("select" TEXT DEFAULT 'it''s', [x y] INT, "new" UNIQUE, "ü" INT AS ([x y]) VIRTUAL)`,
    `CREATE INDEX "i i" ON "a ""b" ("x y" DESC)`,
    `CREATE VIEW "order" AS SELECT "select" AS "a;b", 'c
  d' FROM "a ""b"`,
    `CREATE TRIGGER "t'r" AFTER UPDATE OF "x y", "select" ON "a ""b" WHEN new."x y" > 1 BEGIN SELECT ';end'; END`,
  );
  await expectMended(expected, database());
  await expectMended(expected, database(`CREATE TABLE "a ""b" ("select" TEXT, [x y] INT)`));
});

test('a column that SQLite cannot rename has its table rebuilt, and says what is lost', async () => {
  const table = (name: string): string =>
    `CREATE TABLE t (${name} INTEGER PRIMARY KEY, x, UNIQUE (x COLLATE RTRIM, ${name})) WITHOUT ROWID`;
  const mends = await expectMended(database(table('b')), database(table('a')));
  expect(notes(mends)[0]).toContain('The values in a are lost');
});
