import { expect, test } from 'vitest';
import { database, differencesOf, schemaOf } from './schema-bench.ts';
import { shop } from './schema-shop.ts';

/** Statements that change nothing of the schema. */
const controls: readonly (readonly [string, ...string[]])[] = [
  ['nothing'],
  ['ANALYZE', 'ANALYZE'],
  ['VACUUM', 'VACUUM'],
  ['REINDEX', 'REINDEX'],
  ['rows', `INSERT INTO log VALUES ('x', 'y')`, 'DELETE FROM customer'],
  ['other settings', 'PRAGMA user_version = 9', 'PRAGMA journal_mode = MEMORY'],
  [
    'tables renamed there and back',
    ...['customer', 'product', 'purchase', 'log', 'setting', 'search'].flatMap((table) => [
      `ALTER TABLE ${table} RENAME TO other`,
      `ALTER TABLE other RENAME TO ${table}`,
    ]),
  ],
  [
    'columns renamed there and back',
    ...[
      'customer.name',
      'customer.age',
      'product.price',
      'purchase.amount',
      'setting.scope',
    ].flatMap((column) => {
      const [table, name] = column.split('.');
      return [
        `ALTER TABLE ${table} RENAME COLUMN ${name} TO "so mewhat"`,
        `ALTER TABLE ${table} RENAME COLUMN [so mewhat] TO "${name}"`,
      ];
    }),
  ],
  [
    'a column added and dropped again',
    'ALTER TABLE log ADD COLUMN more INT NOT NULL DEFAULT 7 CHECK (more > 6)',
    'ALTER TABLE log DROP COLUMN more',
  ],
  [
    'constraints dropped and added again',
    'ALTER TABLE product DROP CONSTRAINT not_negative',
    'ALTER TABLE product ADD CONSTRAINT not_negative CHECK (price >= 0)',
  ],
  [
    'a table rebuilt',
    'PRAGMA legacy_alter_table = ON',
    'CREATE TABLE new_log (line TEXT, at TEXT)',
    'INSERT INTO new_log SELECT * FROM log',
    'DROP TABLE log',
    'ALTER TABLE new_log RENAME TO log',
    'CREATE UNIQUE INDEX log_line ON log (line COLLATE NOCASE)',
  ],
  [
    'a view and a trigger made again, written otherwise',
    'DROP TRIGGER purchase_log',
    `create trigger if not exists main.[purchase_log]after insert on "purchase"
      for each row when(new.[amount]) > 1 -- a comment
      begin insert into \`log\`("line") /* another */ values('bought '||new."id") ; end`.replace(
      'when(new.[amount]) > 1',
      'when new.[amount]>1',
    ),
    'DROP VIEW adults',
    'create view adults as select "id",[name] as called\nfrom customer where age>=18',
    `CREATE TRIGGER adults_gone INSTEAD OF DELETE ON adults
      BEGIN DELETE FROM customer WHERE id = old.id; END`,
  ],
  ['what is temporary', 'CREATE TEMP TABLE log (other)', 'CREATE TEMP VIEW v AS SELECT 1'],
  ['what is attached', `ATTACH ':memory:' AS side`, 'CREATE TABLE side.more (a, b)'],
  [
    'the ledger, its record and their indexes',
    'CREATE TABLE Jem_DB_migrations (id INTEGER PRIMARY KEY, name TEXT UNIQUE)',
    'CREATE INDEX ledger_name ON jem_db_migrations (name)',
    'CREATE TABLE jem_db_migrations_schema (id)',
  ],
];

const known = new Map(controls.map(([name, ...statements]) => [name, statements]));

test.each([...known.keys()])('no difference: %s', (name) => {
  const actual = database(...shop, ...(known.get(name) ?? []));
  expect(differencesOf(database(...shop), actual)).toEqual([]);
});

test('a table whose name only begins like the ledger’s is the application’s', () => {
  const actual = database('CREATE TABLE jem_db_migrations_log (a)');
  expect(schemaOf(actual).objects.map(({ name }) => name)).toEqual(['a', 'jem_db_migrations_log']);
});

/** Two ways to write the same. */
const same: readonly (readonly [string, string, string])[] = [
  [
    'ADD COLUMN',
    'CREATE TABLE t (a, b TEXT DEFAULT 1)',
    'CREATE TABLE t (a);ALTER TABLE t ADD b text DEFAULT(1)',
  ],
  [
    'where constraints stand',
    'CREATE TABLE t (a UNIQUE CHECK (a > 0) REFERENCES p (x))',
    'CREATE TABLE t (a, FOREIGN KEY (a) REFERENCES p (x), CHECK (a > 0) UNIQUE (a))',
  ],
  [
    'the rowid',
    'CREATE TABLE t (a INTEGER PRIMARY KEY)',
    'CREATE TABLE t (a integer, PRIMARY KEY (a DESC))',
  ],
  [
    'AUTOINCREMENT',
    'CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)',
    'CREATE TABLE t (a INTEGER, PRIMARY KEY (a AUTOINCREMENT))',
  ],
  [
    'quotes',
    'CREATE TABLE t (a, b, CHECK (a > b))',
    'CREATE TABLE [t] (`a`, "b", CHECK ("a" > [t].[b]))',
  ],
  ['a constraint said twice', 'CREATE TABLE t (a UNIQUE)', 'CREATE TABLE t (a UNIQUE, UNIQUE (a))'],
  [
    'what SQLite does unasked',
    'CREATE TABLE t (a REFERENCES p)',
    'CREATE TABLE t (a NULL DEFAULT NULL COLLATE binary REFERENCES p ON DELETE NO ACTION NOT DEFERRABLE INITIALLY DEFERRED)',
  ],
  [
    'ON CONFLICT ABORT',
    'CREATE TABLE t (a NOT NULL UNIQUE)',
    'CREATE TABLE t (a NOT NULL ON CONFLICT ABORT UNIQUE ON CONFLICT ABORT)',
  ],
  [
    'a default that is a word',
    `CREATE TABLE t (a DEFAULT 'Off')`,
    'CREATE TABLE t (a DEFAULT Off)',
  ],
  [
    'parentheses around a default',
    'CREATE TABLE t (a DEFAULT (1 + 1), b DEFAULT -1)',
    'CREATE TABLE t (a DEFAULT ((1+1)), b DEFAULT (-1))',
  ],
  [
    'WITHOUT ROWID keeps its key from being null',
    'CREATE TABLE t (a TEXT PRIMARY KEY) WITHOUT ROWID',
    'CREATE TABLE t (a TEXT NOT NULL PRIMARY KEY) without rowid',
  ],
  [
    'the column’s own collation',
    'CREATE TABLE t (a COLLATE NOCASE);CREATE INDEX i ON t (a)',
    'CREATE TABLE t (a COLLATE nocase);CREATE INDEX i ON T (A COLLATE NOCASE ASC)',
  ],
  [
    'a column with a keyword’s name',
    'CREATE TABLE t (key, CHECK (key > 1))',
    'CREATE TABLE t ("key", CHECK ("key" > 1))',
  ],
  [
    'a deferral apart',
    'CREATE TABLE t (a REFERENCES p DEFERRABLE INITIALLY DEFERRED NOT NULL)',
    'CREATE TABLE t (a REFERENCES p NOT NULL DEFERRABLE INITIALLY DEFERRED)',
  ],
  [
    'a table made by a query',
    'CREATE TABLE t (a TEXT)',
    'CREATE TABLE p (a TEXT);CREATE TABLE t AS SELECT a FROM p;DROP TABLE p',
  ],
  [
    'a column named like the beginning of a body',
    'CREATE TABLE t (begin);CREATE TRIGGER g AFTER INSERT ON t WHEN new.begin > 1 BEGIN SELECT 1; END',
    'CREATE TABLE t ("begin");CREATE TRIGGER g AFTER INSERT ON t WHEN new."begin" > 1 BEGIN SELECT 1; END',
  ],
  [
    'GENERATED ALWAYS',
    'CREATE TABLE t (a, b INT AS (a + 1))',
    'CREATE TABLE t (a, b INT GENERATED ALWAYS AS (a+1) VIRTUAL)',
  ],
];

test.each(same)('written in two ways: %s', (_name, one, other) => {
  expect(differencesOf(database(one), database(other))).toEqual([]);
});

/** Two things that look alike. */
const different: readonly (readonly [string, string, string, string])[] = [
  [
    'INTEGER PRIMARY KEY DESC is not the rowid',
    'CREATE TABLE t (a INTEGER PRIMARY KEY)',
    'CREATE TABLE t (a INTEGER PRIMARY KEY DESC)',
    'changed table t: primaryKey, rowidAlias',
  ],
  [
    'a default in other letters',
    'CREATE TABLE t (a DEFAULT "Off")',
    'CREATE TABLE t (a DEFAULT "off")',
    'changed column t.a: default',
  ],
  [
    'a string beyond ASCII',
    `CREATE TABLE t (a DEFAULT 'é')`,
    `CREATE TABLE t (a DEFAULT 'è')`,
    'changed column t.a: default',
  ],
  [
    'a comment sign in a string',
    `CREATE VIEW v AS SELECT '--a'`,
    `CREATE VIEW v AS SELECT '--b'`,
    'changed view v: definition',
  ],
  [
    'white space in a string',
    `CREATE VIEW v AS SELECT 'a b'`,
    `CREATE VIEW v AS SELECT 'a  b'`,
    'changed view v: definition',
  ],
  [
    'TRUE and a column of that name',
    'CREATE VIEW v AS SELECT true',
    'CREATE VIEW v AS SELECT "true"',
    'changed view v: definition',
  ],
];

test.each(different)('not the same: %s', (_name, one, other, found) => {
  expect(differencesOf(database(one), database(other))).toEqual([found]);
});
