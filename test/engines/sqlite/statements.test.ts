import { describe, expect, test } from 'vitest';
import type { ErrorClass, ErrorCode } from '../../../src/errors.ts';
import { refusal, statementFailure } from './failures.ts';
import { up } from './session-tools.ts';
import { workbench } from './workbench.ts';

const schema = `
  CREATE TABLE p (id INTEGER PRIMARY KEY, email TEXT UNIQUE, age INT NOT NULL DEFAULT 1,
    CONSTRAINT grown_up CHECK (age > 0));
  CREATE UNIQUE INDEX by_lower_email ON p (lower(email)) WHERE age > 5;
  CREATE TABLE st (n INTEGER) STRICT;
  CREATE TABLE t (a);
  CREATE TRIGGER no_seven BEFORE INSERT ON t WHEN new.a = 7
    BEGIN SELECT RAISE(ABORT, 'seven is not allowed'); END;
  INSERT INTO p (id, email, age) VALUES (1, 'a@b', 1), (2, 'c@d', 6);`;

/** The statement that fails, with « where it is found to fail. */
const failures: readonly (readonly [string, ErrorCode, ErrorClass, string])[] = [
  [
    `«INSERT INTO p (email) VALUES ('a@b')`,
    'constraint-violated',
    'data_violation',
    'Two rows would have the same p.email',
  ],
  [
    `«INSERT INTO p (email, age) VALUES ('C@D', 6)`,
    'constraint-violated',
    'data_violation',
    'Two rows would have the same key in the index by_lower_email',
  ],
  [
    '«INSERT INTO p (age) VALUES (0)',
    'constraint-violated',
    'data_violation',
    'The check grown_up does not hold',
  ],
  [
    '«INSERT INTO p (age) VALUES (NULL)',
    'constraint-violated',
    'data_violation',
    'p.age must not be null',
  ],
  [
    '«INSERT INTO p (id) VALUES (1)',
    'constraint-violated',
    'data_violation',
    'Two rows would have the same p.id',
  ],
  [
    `«INSERT INTO p (id) VALUES ('x')`,
    'constraint-violated',
    'data_violation',
    'A value has the wrong type',
  ],
  [
    `«INSERT INTO st VALUES ('x')`,
    'constraint-violated',
    'data_violation',
    'Cannot store TEXT value in INTEGER column st.n',
  ],
  [
    '«INSERT INTO t VALUES (7)',
    'constraint-violated',
    'data_violation',
    'A trigger refused the change: seven is not allowed',
  ],
  ['INSERT INTO «nope VALUES (1)', 'object-missing', 'schema', 'No such table: nope'],
  ['UPDATE t SET a = «"abc"', 'object-missing', 'schema', 'No such column: "abc"'],
  ['CREATE TABLE «t (b)', 'object-exists', 'schema', 'Table t already exists'],
  ['ALTER TABLE t ADD COLUMN «a', 'object-exists', 'schema', 'Duplicate column name: a'],
  [`UPDATE t SET a = 'äöü', «größe = 2`, 'object-missing', 'schema', 'No such column: größe'],
  ['SELECT * «FORM t', 'syntax-error', 'schema', 'Near "FORM": syntax error'],
  ['SELECT «unhexx(1)', 'object-missing', 'schema', 'No such function: unhexx'],
  ['«VACUUM', 'needs-no-transaction', 'usage', 'Cannot VACUUM from within a transaction'],
  [
    '«COMMIT',
    'migration-transaction-control',
    'usage',
    'A migration must not begin or end a transaction itself',
  ],
  [
    '«BEGIN',
    'migration-transaction-control',
    'usage',
    'A migration must not begin or end a transaction itself',
  ],
  [
    '«INSERT OR ROLLBACK INTO p (id) VALUES (1)',
    'constraint-violated',
    'data_violation',
    'Two rows',
  ],
  [`«INSERT INTO t VALUES (?)`, 'sql-error', 'schema', 'A parameter stands in a migration'],
  [`«INSERT INTO t VALUES (:name)`, 'sql-error', 'schema', 'A parameter stands in a migration'],
];

describe('a failing statement', () => {
  test.each(failures)('%s', async (marked, code, errorClass, title) => {
    await using bench = await workbench(schema);
    const first = `-- größe\nINSERT INTO t VALUES ('ä');\n`;
    const sql = `${first}${marked.replace('«', '')};\nINSERT INTO t VALUES (3);`;
    const offset = Buffer.byteLength(`${first}${marked.slice(0, marked.indexOf('«'))}`);
    const failed = await statementFailure(bench.migrations.apply(up('1', sql)));
    expect([failed.statement, failed.offset]).toEqual([1, offset]);
    expect([failed.reason.code, failed.reason.class, failed.reason.exitCode]).toEqual([
      code,
      errorClass,
      errorClass === 'usage' ? 2 : 4,
    ]);
    expect(failed.reason.message).toContain(title);
    expect(failed.reason.details.hint ?? '').not.toBe('');
    expect(bench.sql('SELECT * FROM t')).toEqual([]);
    expect(await bench.migrations.read()).toEqual([]);
    await bench.migrations.apply(up('1', 'INSERT INTO t VALUES (1)'));
    expect(bench.sql('SELECT a FROM t')).toEqual([{ a: 1 }]);
  });

  test('text that only looks like a parameter', async () => {
    await using bench = await workbench(schema);
    const sql = `INSERT INTO t VALUES ('why? :name @x $y'); -- ?
      INSERT INTO t SELECT a || '?' FROM t /* :x */`;
    expect(await bench.migrations.apply(up('1', sql))).toBe('done');
  });

  test('the limit of the database', async () => {
    await using bench = await workbench(schema);
    const sql = 'PRAGMA max_page_count = 20; INSERT INTO t VALUES (zeroblob(1000000))';
    const { reason } = await statementFailure(bench.migrations.apply(up('1', sql)));
    expect([reason.code, reason.class, reason.exitCode]).toEqual(['disk-full', 'storage_full', 4]);
    expect(reason.details.why).toContain('max_page_count');
    await bench.migrations.apply(up('1', 'INSERT INTO t VALUES (zeroblob(1000000))'));
  });
});

describe('a JavaScript migration', () => {
  test('what it throws comes as it is, and everything is rolled back', async () => {
    await using bench = await workbench(schema);
    const own = new Error('of the user');
    const run = up('1', async (database) => {
      await database.execute('INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)');
      throw own;
    });
    await expect(bench.migrations.apply(run)).rejects.toMatchObject({
      name: 'StatementFailure',
      offset: null,
      reason: own,
    });
    expect(bench.sql('SELECT * FROM t')).toEqual([]);
  });

  test('an error of SQLite is one of the catalogue', async () => {
    await using bench = await workbench(schema);
    const twoStatements = up('1', async (database) => {
      expect(database.engine).toBe('sqlite');
      await expect(database.query('SELECT 1; SELECT 2')).rejects.toMatchObject({
        code: 'sql-error',
      });
      await expect(database.query('SELECT ?')).rejects.toMatchObject({ code: 'sql-error' });
      await database.query('SELECT * FROM nope');
    });
    const { reason } = await statementFailure(bench.migrations.apply(twoStatements));
    expect(reason.code).toBe('object-missing');
  });

  test('a query that was not awaited cannot run in the next migration', async () => {
    await using bench = await workbench(schema);
    let late: Promise<unknown> = Promise.resolve();
    let ask: () => Promise<unknown> = () => late;
    await bench.migrations.apply(
      up('1', async (database) => {
        ask = () => database.query('INSERT INTO t VALUES (1)');
      }),
    );
    await bench.migrations.apply(
      up('2', async () => {
        late = ask();
        expect((await refusal(late)).code).toBe('sql-error');
      }),
    );
    expect(bench.sql('SELECT * FROM t')).toEqual([]);
  });

  test('one that commits by itself fails', async () => {
    await using bench = await workbench(schema);
    const run = up('1', (database) => database.execute('COMMIT'));
    const { reason } = await statementFailure(bench.migrations.apply(run));
    expect(reason.code).toBe('migration-transaction-control');
  });
});
