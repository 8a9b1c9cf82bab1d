import { describe, expect, test } from 'vitest';
import { statementFailure } from './failures.ts';
import { down, migrationsOf, open, up } from './session-tools.ts';
import { workbench } from './workbench.ts';

const family = `
  CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);
  CREATE TABLE child (id INTEGER PRIMARY KEY,
    parent_id INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE);
  INSERT INTO parent VALUES (1, 'a'), (2, 'b');
  INSERT INTO child VALUES (10, 1), (20, 2), (21, 2);`;

const rebuild = `
  CREATE TABLE new_parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  INSERT INTO new_parent SELECT id, name FROM parent;
  DROP TABLE parent;
  ALTER TABLE new_parent RENAME TO parent;`;

describe('a table rebuild under ON DELETE CASCADE keeps every child row', () => {
  test.each([
    ['as it stands', rebuild],
    ['with foreign keys off and on', `PRAGMA foreign_keys=OFF;${rebuild}\nPRAGMA foreign_keys=ON;`],
    ['with foreign keys on at its top', `PRAGMA foreign_keys = ON;${rebuild}`],
    ['with the check put off', `PRAGMA defer_foreign_keys = 1;${rebuild}`],
    [
      'with the old table renamed first',
      `
      PRAGMA legacy_alter_table = ON;
      ALTER TABLE parent RENAME TO old;
      CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
      INSERT INTO parent SELECT * FROM old;
      drop/* the old one */table old;`,
    ],
    ['by replacing its rows', `INSERT OR REPLACE INTO parent SELECT id, name || '!' FROM parent`],
  ])('%s', async (_title, sql) => {
    await using bench = await workbench(family);
    expect(await bench.migrations.apply(up('1', sql))).toBe('done');
    expect(bench.sql('SELECT id, parent_id FROM child ORDER BY id')).toEqual([
      { id: 10, parent_id: 1 },
      { id: 20, parent_id: 2 },
      { id: 21, parent_id: 2 },
    ]);
    expect(bench.sql('PRAGMA foreign_key_check')).toEqual([]);
    expect(await bench.session.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    expect(await bench.session.query('PRAGMA legacy_alter_table')).toEqual([
      { legacy_alter_table: 0 },
    ]);
  });

  test('by a JavaScript migration', async () => {
    await using bench = await workbench(family);
    const run = up('1', async (database) => {
      expect(await database.query('SELECT count(*) AS n FROM parent WHERE id > ?', [0])).toEqual([
        { n: 2 },
      ]);
      await database.execute(rebuild);
    });
    expect(await bench.migrations.apply(run)).toBe('done');
    expect(bench.sql('SELECT count(*) AS n FROM child')).toEqual([{ n: 3 }]);
  });

  test('outside a transaction', async () => {
    await using bench = await workbench(family);
    const step = up('1', '');
    const { change, lockTimeout } = step;
    const sql = `PRAGMA foreign_keys=OFF; BEGIN; ${rebuild} COMMIT; PRAGMA foreign_keys=ON; VACUUM`;
    const { script } = up('1', sql);
    if (typeof script === 'function') throw new Error('a script');
    expect(await bench.migrations.applyUnwrapped({ change, lockTimeout, script, done: 0 })).toBe(
      'done',
    );
    expect(bench.sql('SELECT count(*) AS n FROM child')).toEqual([{ n: 3 }]);
  });
});

/** Past 2000 pages only the tables that a script may have touched are looked at. */
const ballast = `CREATE TABLE ballast (b BLOB); INSERT INTO ballast VALUES (zeroblob(9000000));`;

describe.each([
  ['small', family],
  ['large', `${family}${ballast}`],
])('foreign keys are looked at before the commit of a %s database', (_size, family) => {
  test('a rebuild that loses a parent is rolled back, its children named', async () => {
    await using bench = await workbench(family);
    const sql = rebuild.replace('FROM parent;', 'FROM parent WHERE id = 1;');
    const failed = await statementFailure(bench.migrations.apply(up('1', sql)));
    expect(failed).toMatchObject({ statement: 4, offset: null });
    const { reason } = failed;
    expect([reason.code, reason.class, reason.exitCode]).toEqual([
      'foreign-keys-broken',
      'data_violation',
      4,
    ]);
    expect(reason.message).toBe('Rows of child refer to parent in vain');
    expect(reason.details.why).toContain(
      '2 rows of child refer to parent (the first has rowid 20)',
    );
    expect(bench.sql('SELECT count(*) AS n FROM parent')).toEqual([{ n: 2 }]);
    expect(await bench.migrations.read()).toEqual([]);
    expect(await bench.session.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
  });

  test('old damage does not stop an unrelated migration, nor one beside it', async () => {
    await using bench = await workbench(`${family}
      CREATE TABLE lost (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id));
      INSERT INTO lost VALUES (1, 77), (2, 78);
      CREATE TABLE crooked (x REFERENCES parent (name));
      INSERT INTO crooked VALUES ('a');`);
    expect(await bench.migrations.apply(up('1', rebuild))).toBe('done');
    expect(await bench.migrations.apply(up('2', 'DROP TABLE child'))).toBe('done');
    const worse = `${rebuild} INSERT INTO lost VALUES (3, 79);`;
    const { reason } = await statementFailure(bench.migrations.apply(up('3', worse)));
    expect(reason.message).toBe('Rows of lost refer to parent in vain');
  });

  test('a trigger’s writes are seen too', async () => {
    await using bench = await workbench(`${family}
      CREATE TABLE log (id INTEGER PRIMARY KEY);
      CREATE TRIGGER spoil AFTER INSERT ON log BEGIN INSERT INTO child VALUES (new.id, 99); END;`);
    const failed = await statementFailure(
      bench.migrations.apply(up('1', 'INSERT INTO log VALUES (5); DROP VIEW IF EXISTS none')),
    );
    expect(failed.reason.message).toBe('Rows of child refer to parent in vain');
  });

  test('a name written with quotes in it is found', async () => {
    await using bench = await workbench(`${family}
      CREATE TABLE "a""b" (id INTEGER PRIMARY KEY);
      CREATE TABLE kid (id INTEGER PRIMARY KEY, p REFERENCES "a""b" (id));
      INSERT INTO "a""b" VALUES (1); INSERT INTO kid VALUES (1, 1);`);
    const failed = await statementFailure(bench.migrations.apply(up('1', 'DROP TABLE "a""b"')));
    expect(failed.reason.code).toBe('foreign-keys-broken');
  });

  test('ON DELETE CASCADE works where nothing is dropped', async () => {
    await using bench = await workbench(family);
    await bench.migrations.apply(up('1', 'DELETE FROM parent WHERE id = 2'));
    expect(bench.sql('SELECT id FROM child')).toEqual([{ id: 10 }]);
  });

  test('a broken key is found at its statement, with the tables named', async () => {
    await using bench = await workbench(family);
    const sql = `INSERT INTO parent VALUES (3, 'c');\nINSERT INTO child VALUES (30, 3), (31, 9);`;
    const failed = await statementFailure(bench.migrations.apply(up('1', sql)));
    expect([failed.statement, failed.offset]).toEqual([1, sql.indexOf('\n') + 1]);
    const { reason } = failed;
    expect(reason.code).toBe('foreign-keys-broken');
    expect(reason.details.why).toContain('1 row of child refer to parent (the first has rowid 31)');
    expect(bench.sql('SELECT count(*) AS n FROM parent')).toEqual([{ n: 2 }]);
  });

  test('a deferred key fails the commit, with the tables named', async () => {
    await using bench = await workbench(`${family}
      CREATE TABLE late (id INTEGER PRIMARY KEY,
        p INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);`);
    const failed = await statementFailure(
      bench.migrations.apply(up('1', 'INSERT INTO late VALUES (1, 9)')),
    );
    expect(failed.statement).toBe(1);
    expect(failed.reason.message).toBe('Rows of late refer to parent in vain');
    expect(bench.sql('SELECT * FROM late')).toEqual([]);
    expect(await bench.migrations.apply(up('2', 'INSERT INTO late VALUES (1, 1)'))).toBe('done');
  });

  test('ON DELETE RESTRICT, which nothing puts off', async () => {
    await using bench = await workbench(`${family}
      CREATE TABLE held (p INTEGER REFERENCES parent (id) ON DELETE RESTRICT);
      INSERT INTO held VALUES (1);`);
    const failed = await statementFailure(bench.migrations.apply(up('1', 'DELETE FROM parent')));
    expect(failed.reason).toMatchObject({ code: 'foreign-keys-broken' });
    expect(bench.sql('SELECT count(*) AS n FROM child')).toEqual([{ n: 3 }]);
  });
});

test('a trigger body with semicolons, up and down', async () => {
  await using bench = await workbench('CREATE TABLE t (id INTEGER PRIMARY KEY, n INT)');
  const sql = `CREATE TRIGGER twice AFTER INSERT ON t BEGIN
      UPDATE t SET n = CASE WHEN new.n > 1 THEN 0 ELSE new.n + 1 END WHERE id = new.id;
      DELETE FROM t WHERE id < 0;
    END; INSERT INTO t VALUES (1, 1);`;
  await bench.migrations.apply(up('1', sql));
  expect(bench.sql('SELECT n FROM t')).toEqual([{ n: 2 }]);
  expect(await bench.migrations.apply(down('1', 'DROP TRIGGER twice'))).toBe('done');
  expect(await bench.migrations.read()).toEqual([]);
  expect(bench.sql(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`)).toEqual([]);
});

test('settings that a script changes stay with it', async () => {
  await using bench = await workbench('CREATE TABLE t (a CHECK (a > 0))');
  const sql = `PRAGMA recursive_triggers = ON; PRAGMA case_sensitive_like = ON;
    PRAGMA ignore_check_constraints = ON; PRAGMA reverse_unordered_selects = ON;
    PRAGMA cache_size = -77; INSERT INTO t VALUES (-1); PRAGMA user_version = 7;`;
  const settings = async (): Promise<unknown> => [
    await bench.session.query('PRAGMA recursive_triggers'),
    await bench.session.query('PRAGMA ignore_check_constraints'),
    await bench.session.query('PRAGMA reverse_unordered_selects'),
    await bench.session.query('PRAGMA cache_size'),
    await bench.session.query(`SELECT 'A' LIKE 'a' AS same`),
  ];
  const before = await settings();
  await bench.migrations.apply(up('1', sql));
  expect(await settings()).toEqual(before);
  expect(await bench.session.query('PRAGMA user_version')).toEqual([{ user_version: 7 }]);
  await expect(bench.migrations.apply(up('2', 'INSERT INTO t VALUES (-2)'))).rejects.toThrow(
    'failed',
  );
});

test('a database in memory', async () => {
  await using session = await open(':memory:');
  const migrations = migrationsOf(session);
  await migrations.exclusively({ timeout: 100, onWait: () => {} }, async () => {
    expect(await migrations.apply(up('1', family))).toBe('done');
    expect(await migrations.apply(up('2', rebuild))).toBe('done');
  });
  expect(await session.query('SELECT count(*) AS n FROM child')).toEqual([{ n: 3 }]);
});
