import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addTo, type Digest, hexOf } from '../../../../src/engines/sqlite/backup/digest.ts';
import { newFingerprint } from '../../../../src/engines/sqlite/backup/fingerprint.ts';
import { partsOf, storedTables } from '../../../../src/engines/sqlite/backup/tables.ts';

type Value = string | number | bigint | null | Buffer;
type Rows = readonly (readonly Value[])[];

/** The fingerprint of every table, by its name, put together from its parts. */
function hashes(db: Database.Database): Record<string, string> {
  const tables = storedTables({ db, file: null, display: 'app.db', readonly: false });
  const fingerprint = newFingerprint(db, () => false);
  const digests = new Map<number, Digest>();
  for (const { table: index, range } of partsOf(db, tables)) {
    const table = tables[index];
    if (table) addTo(digests, index, fingerprint(table, range));
  }
  return Object.fromEntries(
    [...digests].map(([index, digest]) => [
      tables[index]?.name ?? '',
      `${digest.rows} ${hexOf(digest)}`,
    ]),
  );
}

function hashOfSql(sql: string): string {
  const db = new Database(':memory:');
  db.exec(sql);
  return hashes(db)['t'] ?? 'no such table';
}

function hashOf(rows: Rows, { setup = '', table = 'CREATE TABLE t (a, b, c)' } = {}): string {
  const db = new Database(':memory:');
  db.exec(`${setup}; ${table}`);
  const insert = db.prepare('INSERT INTO t (a, b, c) VALUES (?, ?, ?)');
  for (const row of rows) insert.run(...row);
  return hashes(db)['t'] ?? 'no such table';
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\0', 'a\0b', '\ufeffa', '\ufffd', '😀'.repeat(50), 'é'.repeat(9000), ' '),
);
const value: fc.Arbitrary<Value> = fc.oneof(
  { weight: 3, arbitrary: text },
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true }),
  fc.constant(null),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);
const row = fc.tuple(value, value, value);
const rows = fc.array(row, { minLength: 1, maxLength: 8 });

function isSame(a: Value | undefined, b: Value | undefined): boolean {
  if (a instanceof Buffer && b instanceof Buffer) return a.equals(b);
  return Object.is(a, b);
}

function withCell(of: Rows, row: number, column: number, cell: Value): Rows {
  return of.map((cells, index) => (index === row ? cells.with(column, cell) : cells));
}

test('the order of rows makes no difference', () => {
  const shuffled = rows.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  );
  fc.assert(
    fc.property(shuffled, ([all, other]) => {
      expect(hashOf(other)).toBe(hashOf(all));
    }),
  );
});

test('any other value makes a difference', () => {
  const place = fc.tuple(fc.nat(7), fc.nat(2));
  fc.assert(
    fc.property(rows, place, value, (all, [index, column], cell) => {
      const at = index % all.length;
      fc.pre(!isSame(all[at]?.[column], cell));
      expect(hashOf(withCell(all, at, column, cell))).not.toBe(hashOf(all));
    }),
    { numRuns: 500 },
  );
});

test('a value that moves to another row or column makes a difference', () => {
  fc.assert(
    fc.property(row, row, fc.nat(2), (one, other, column) => {
      const [a = null, b = null] = [one[column], other[column]];
      const rest = one.some((cell, index) => index !== column && !isSame(cell, other[index]));
      fc.pre(!isSame(a, b) && rest);
      const swapped = [one.with(column, b), other.with(column, a)];
      expect(hashOf(swapped)).not.toBe(hashOf([one, other]));
      const [first, second, third] = one;
      fc.pre(!isSame(first, second));
      expect(hashOf([[second, first, third]])).not.toBe(hashOf([one]));
    }),
  );
});

test('a row more or less makes a difference', () => {
  fc.assert(
    fc.property(rows, (all) => {
      expect(hashOf([...all, ...all.slice(0, 1)])).not.toBe(hashOf(all));
      expect(hashOf(all.slice(1))).not.toBe(hashOf(all));
    }),
  );
});

test('neither the encoding nor the page size nor the order of columns makes a difference', () => {
  const ways = [
    { setup: "PRAGMA encoding = 'UTF-16le'" },
    { setup: "PRAGMA encoding = 'UTF-16be'" },
    { setup: 'PRAGMA page_size = 512' },
    { table: 'CREATE TABLE t (c, a, b)' },
    { table: 'CREATE TABLE t (a, b, c, d AS (a || b) VIRTUAL)' },
  ];
  const wellFormed = fc.array(
    fc.tuple(
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\ufffd', '\0', '\ufeff', '')),
      value.filter((cell) => typeof cell !== 'string'),
      fc.string({ unit: 'grapheme', minLength: 0, maxLength: 80 }),
    ),
  );
  fc.assert(
    fc.property(wellFormed, (all) => {
      for (const way of ways) expect(hashOf(all, way)).toBe(hashOf(all));
    }),
    { numRuns: 50 },
  );
});

test('values that look alike are told apart', () => {
  const literals = `1; 1.0; '1'; x'31'; '1.0'; NULL; ''; x''; x'00'; char(0); 'a'; 'a' || char(0);
    0; 0.0; -0.0; 9007199254740992; 9007199254740993; 9007199254740992.0; 9223372036854775807;
    -9223372036854775808; 9e999; -9e999; 'Inf'; char(65533); CAST(x'ff' AS TEXT);
    CAST(x'fe' AS TEXT); x'ff'; CAST(x'eda080' AS TEXT); CAST(x'c080' AS TEXT); 'é'; 'e' || char(769);
    char(65279); CAST(x'61ff' AS TEXT); 'ÿ'; x'c3bf'; char(0, 0); 5e-324; 1e308`;
  const seen = new Map<string, string>();
  for (const literal of literals.split(';').map((one) => one.trim())) {
    const hash = hashOfSql(`CREATE TABLE t (a); INSERT INTO t VALUES (${literal})`);
    expect([literal, seen.get(hash)]).toEqual([literal, undefined]);
    seen.set(hash, literal);
  }
});

test('texts that are none in UTF-16 are told apart by their bytes', () => {
  const texts = ['d800', '0041', 'd8000041', 'd800dc41', '41', 'fffd', 'dc00'];
  const all = texts.map((bytes) =>
    hashOfSql(
      `PRAGMA encoding = 'UTF-16be'; CREATE TABLE t (a); INSERT INTO t VALUES (CAST(x'${bytes}' AS TEXT))`,
    ),
  );
  expect(new Set(all).size).toBe(texts.length);
});

test('long values, and where one ends and the next begins', () => {
  const long = 'ab😀é'.repeat(40_000);
  const blob = Buffer.alloc(300_000, 7);
  const whole = hashOf([[long, blob, null]]);
  expect(hashOf([[long, blob, null]], { setup: "PRAGMA encoding = 'UTF-16le'" })).toBe(whole);
  const changed = Buffer.from(blob);
  changed[299_999] = 8;
  expect(hashOf([[long, changed, null]])).not.toBe(whole);
  expect(hashOf([[`${long}x`, blob, null]])).not.toBe(whole);
  expect(hashOf([['ab', 'c', null]])).not.toBe(hashOf([['a', 'bc', null]]));
  // The kind of a text, which ends it, is the character 3.
  expect(hashOf([['a\u0003b', 'c', '']])).not.toBe(hashOf([['a', 'b\u0003c', '']]));
  for (const size of [8191, 8192, 8193, 65_535, 65_536, 65_537, 131_072])
    expect(hashOf([['x'.repeat(size), 'y', null]])).not.toBe(
      hashOf([['x'.repeat(size - 1), 'y', null]]),
    );
});

test('a table of 2,000 columns', () => {
  const columns = Array.from({ length: 2000 }, (_, index) => `c${index}`);
  const wide = (last: string): string =>
    hashOfSql(`CREATE TABLE t (${columns.join()});
      INSERT INTO t (c0, c999, c1999) VALUES ('first', 2, ${last})`);
  expect(wide("'last'")).not.toBe(wide("'lost'"));
  expect(wide("'last'")).toBe(wide("'last'"));
});

test('rowids that are no data, and those that are', () => {
  const rows = (create: string, ids: readonly number[]): string =>
    hashOfSql(
      `${create}; ${ids.map((id, index) => `INSERT INTO t (rowid, a) VALUES (${id}, ${index})`).join(';')}`,
    );
  expect(rows('CREATE TABLE t (a)', [1, 2])).toBe(rows('CREATE TABLE t (a)', [7, 9]));
  const keyed = 'CREATE TABLE t (id INTEGER PRIMARY KEY, a)';
  expect(rows(keyed, [1, 2])).not.toBe(rows(keyed, [7, 9]));
});

test('a table with or without rowids, strict or not, vacuumed or not', () => {
  const insert = "INSERT INTO t VALUES ('a', 1), ('b', 2); INSERT INTO t VALUES ('c', 3)";
  const one = hashOfSql(`CREATE TABLE t (a TEXT PRIMARY KEY, b INTEGER); ${insert}`);
  expect(one).toMatch(/^3 [0-9a-f]{32}$/);
  for (const options of ['WITHOUT ROWID', 'STRICT', 'STRICT, WITHOUT ROWID'])
    expect(hashOfSql(`CREATE TABLE t (a TEXT PRIMARY KEY, b INTEGER) ${options}; ${insert}`)).toBe(
      one,
    );
  const vacuumed = `CREATE TABLE t (a TEXT PRIMARY KEY, b INTEGER); ${insert}`;
  expect(
    hashOfSql(`${vacuumed}; DELETE FROM t WHERE b = 1; VACUUM; INSERT INTO t VALUES ('a', 1)`),
  ).toBe(one);
});

test('a divided table comes to the same as a whole one', () => {
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120000)`;
  const db = new Database(':memory:');
  db.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, a); CREATE TABLE u (id, a, PRIMARY KEY (id)) WITHOUT ROWID;
    CREATE TABLE v (rowid, oid, _rowid_);
    INSERT INTO t ${numbers} SELECT i * 3 - 9, 'row ' || i FROM n;
    INSERT INTO t VALUES (9223372036854775807, 'last'), (-9223372036854775808, 'first');
    INSERT INTO u SELECT * FROM t; INSERT INTO v VALUES (1, 2, 3)`);
  const tables = storedTables({ db, file: null, display: 'app.db', readonly: false });
  expect(partsOf(db, tables).filter(({ table }) => table === 0).length).toBe(256);
  const all = hashes(db);
  expect(all['t']).toBe(all['u']);
  expect(all['t']).toMatch(/^120002 /);
  expect(all['v']).toMatch(/^1 /);
});

test('generated columns: those that are stored', () => {
  const db = new Database(':memory:');
  db.exec(
    'CREATE TABLE t (a, b AS (a + 1) VIRTUAL, c AS (a + 2) STORED); INSERT INTO t (a) VALUES (1)',
  );
  const [table] = storedTables({ db, file: null, display: 'app.db', readonly: false });
  expect(table?.columns).toEqual(['a', 'c']);
  expect(hashes(db)['t']).toMatch(/^1 /);
});
