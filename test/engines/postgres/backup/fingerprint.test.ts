import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type PostgresServer,
  postgresVersions,
  sharedPostgres,
} from '../../../support/postgres.ts';
import { contentAt, hashOf } from './contents.ts';

const versions = postgresVersions().map(({ major }) => ({ major }));

/** A column of one type, and values of it that all differ, as SQL; some only just. */
const types: readonly (readonly [type: string, ...values: string[]])[] = [
  ['boolean', 'NULL', 'false', 'true'],
  ['smallint', 'NULL', '0', '-1', '32767'],
  ['integer', 'NULL', '0', '1', '-1', '2147483647'],
  // Halves that are alike when one is folded over the other.
  ['bigint', 'NULL', '0', '1', '-1', '4294967297', '8589934594', '-4294967298', '-8589934595'],
  ['oid', 'NULL', '0', '4294967295'],
  ['numeric', 'NULL', '1', '1.0', '1.00', '-1', "'NaN'", "'Infinity'", '0', '0.0'],
  ['real', 'NULL', '0', "'-0'", "'NaN'", '1.1', '1.1000001'],
  ['double precision', 'NULL', '0', "'-0'", "'NaN'", '1', '1.0000000000000002', "'Infinity'"],
  ['text', 'NULL', "''", "'a'", "'A'", "'á'", "U&'a\\0301'", "'a '", "'NULL'"],
  ['varchar(20)', 'NULL', "''", "'a'", "'a '"],
  ['char(5)', 'NULL', "''", "'a'", "'b'"],
  ['bpchar', 'NULL', "''", "'a'", "'a '", "'a  '"],
  ['name', 'NULL', "''", "'a'"],
  ['"char"', 'NULL', "'a'", "'b'"],
  ['text COLLATE loose', 'NULL', "''", "'a'", "'A'", "'á'"],
  ['citext', 'NULL', "'a'", "'A'"],
  ['bytea', 'NULL', "''", "'\\x00'", "'\\x0000'", "'\\x6100'"],
  [
    'uuid',
    'NULL',
    "'00000000-0000-0000-0000-000000000000'",
    "'00000000-0000-0000-0000-000000000001'",
  ],
  ['date', 'NULL', "'2026-01-02'", "'infinity'", "'-infinity'", "'0001-01-01 BC'"],
  ['time', 'NULL', "'00:00'", "'24:00'", "'00:00:00.000001'"],
  ['timetz', 'NULL', "'10:00+00'", "'11:00+01'"],
  [
    'timestamp',
    'NULL',
    "'2026-01-02 03:04:05'",
    "'2026-01-02 03:04:05.000001'",
    "'infinity'",
    "'2000-01-01 01:11:34.967297'",
    "'2000-01-01 02:23:09.934594'",
  ],
  [
    'timestamptz',
    'NULL',
    "'2026-01-02 03:04:05+00'",
    "'2026-01-02 03:04:05+01'",
    "'-infinity'",
    "'2000-01-01 01:11:34.967297+00'",
    "'2000-01-01 02:23:09.934594+00'",
    "'2000-01-01 00:00+00'",
  ],
  ['interval', 'NULL', "'1 mon'", "'30 days'", "'24:00'", "'1 day'", "'0'"],
  ['money', 'NULL', "'1.00'::money", "'1.01'::money"],
  ['json', 'NULL', `'{"a":1}'`, `'{"a": 1}'`, `'{"a":1,"a":1}'`, "'null'"],
  ['jsonb', 'NULL', `'{"a":1}'`, `'{"a":1.0}'`, `'{"a":"1"}'`, `'[[1],2]'`, `'[[1,2]]'`, "'null'"],
  ['xml', 'NULL', "'<a/>'", "'<a></a>'", "'<a> </a>'"],
  ['point', 'NULL', "'(0,0)'", "'(-0,0)'", "'(0,1)'", "'(1,0)'"],
  ['inet', 'NULL', "'10.0.0.1'", "'10.0.0.1/24'"],
  ['macaddr', 'NULL', "'08:00:2b:01:02:03'", "'08:00:2b:01:02:04'"],
  ['bit varying', 'NULL', "B''", "B'0'", "B'00'"],
  ['tsvector', 'NULL', "'a'", "'a:1'", "'a b'"],
  ['int4range', 'NULL', "'empty'", "'[1,2)'", "'(,)'", "'[1,)'"],
  ['int8multirange', 'NULL', "'{}'", "'{[1,2)}'", "'{[1,2),[4,5)}'"],
  ['integer[]', 'NULL', "'{}'", "'{NULL}'", "'{1}'", "'[2:2]={1}'", "'{{1}}'"],
  ['text[]', 'NULL', "'{}'", "'{NULL}'", `'{"NULL"}'`, `'{""}'`, `'{a,b}'`, `'{"a,b"}'`],
  ['numeric[]', 'NULL', "'{1}'", "'{1.0}'"],
  ['pair', 'NULL', 'ROW(NULL, NULL)::pair', 'ROW(1, NULL)::pair', "ROW(1, '')::pair"],
  ['mood', 'NULL', "'sad'", "'happy'"],
  ['positive', 'NULL', '1', '1.0'],
  ['code', 'NULL', "'a'", "'b'"],
  ['regclass', 'NULL', "'things'", "'pg_class'"],
];

const prelude = `
create extension citext;
create collation loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
create table things (a int);
create type pair as (a int, b text);
create type mood as enum ('sad', 'happy');
create domain positive as numeric check (value > 0);
create domain code as char(3) not null default 'a';
alter domain code drop not null;
`;

async function madeOn(server: PostgresServer): Promise<string> {
  const url = await server.createDatabase();
  await server.psql(prelude, nameIn(url));
  return url;
}

function nameIn(url: string): string {
  return new URL(url).pathname.slice(1);
}

test.each(versions)('tells all values of each type apart on $major', async ({ major }) => {
  const server = await sharedPostgres(major);
  const url = await madeOn(server);
  const tables = types.flatMap(([type, ...values], at) =>
    values.map((value, number) => ({
      name: `t${at}_${number}`,
      sql: `create table t${at}_${number} (v ${type}); insert into t${at}_${number} values (${value});`,
    })),
  );
  await server.psql(tables.map(({ sql }) => sql).join('\n'), nameIn(url));
  const { tables: seen } = await contentAt(url);
  const hashes = new Map(seen.map(({ name, hash }) => [name, hash]));
  for (const [at, [type, ...values]] of types.entries()) {
    const ofType = values.map((value, number) => `${hashes.get(`t${at}_${number}`)} ${value}`);
    const distinct = new Set(ofType.map((text) => text.split(' ')[0]));
    expect(distinct.size, `${type}: ${ofType.join(', ')}`).toBe(values.length);
  }
});

/** A row as one value for each type. */
const someTypes = types.filter(([type]) => !['xml', 'regclass'].includes(type));
const rowsOfAll = fc.array(
  fc.tuple(...someTypes.map(([, ...values]) => fc.constantFrom(...values))),
  { minLength: 1, maxLength: 12 },
);
const columns = someTypes.map(([type], at) => `c${at} ${type}`);

async function hashOfRows(
  server: PostgresServer,
  url: string,
  rows: readonly (readonly string[])[],
  layout: readonly string[] = columns,
): Promise<string | null> {
  const names = someTypes.map((_, at) => `c${at}`).join(', ');
  const values = rows.map((row) => `(${row.join(', ')})`).join(', ');
  // One INSERT a row: a list of VALUES would have types of its own.
  const inserts = rows.map((row) => `insert into p (${names}) values (${row.join(', ')});`);
  expect(values).not.toBe('');
  await server.psql(
    `drop table if exists p; create table p (${layout.join(', ')}); ${inserts.join('\n')}`,
    nameIn(url),
  );
  return hashOf(url, 'p');
}

test('rows in another order, columns in another order, and another version: the same', async () => {
  const servers = await Promise.all(versions.map(({ major }) => sharedPostgres(major)));
  const urls = await Promise.all(servers.map(madeOn));
  const [[first, firstUrl], [last, lastUrl]] = [
    [servers[0]!, urls[0]!],
    [servers.at(-1)!, urls.at(-1)!],
  ];
  await fc.assert(
    fc.asyncProperty(rowsOfAll, async (rows) => {
      const hash = await hashOfRows(first, firstUrl, rows);
      expect(await hashOfRows(last, lastUrl, rows.toReversed(), columns.toReversed())).toBe(hash);
    }),
    { numRuns: 15 },
  );
});

test.each(versions)('any one change makes it another on $major', async ({ major }) => {
  const server = await sharedPostgres(major);
  const url = await madeOn(server);
  const change = fc.tuple(rowsOfAll, fc.nat(), fc.nat(), fc.nat());
  await fc.assert(
    fc.asyncProperty(change, async ([rows, a, b, c]) => {
      const row = rows[a % rows.length]!;
      const at = b % someTypes.length;
      const others = someTypes[at]!.slice(1).filter((value) => value !== row[at]);
      const changed = row.with(at, others[c % others.length]!);
      const hashes = [
        await hashOfRows(server, url, rows),
        await hashOfRows(server, url, rows.with(a % rows.length, changed)),
        await hashOfRows(server, url, [...rows, row]),
        await hashOfRows(server, url, [...rows, row, row]),
      ];
      expect(new Set(hashes).size).toBe(hashes.length);
    }),
    { numRuns: 12 },
  );
});

test.each(versions)('values that change places make it another on $major', async ({ major }) => {
  const server = await sharedPostgres(major);
  const url = await server.createDatabase();
  const kinds = ['int', 'bigint', 'text', 'uuid', 'numeric', 'bytea', 'timestamptz', 'char(3)'];
  const value = (kind: string, n: number): string =>
    ({
      uuid: `'00000000-0000-0000-0000-00000000000${n}'`,
      bytea: `'\\x0${n}'`,
      timestamptz: `'2026-01-0${n}'`,
    })[kind] ?? `'${n}'`;
  for (const kind of kinds) {
    const layouts = [
      // A cell to another row, and to another column; both columns of both rows.
      [
        [1, 2],
        [3, 4],
      ],
      [
        [3, 2],
        [1, 4],
      ],
      [
        [1, 4],
        [2, 3],
      ],
      [
        [2, 1],
        [4, 3],
      ],
      [
        [1, 2],
        [3, 4],
        [1, 2],
      ],
    ];
    const names = layouts.map((_, at) => `s${kinds.indexOf(kind)}_${at}`);
    const sql = layouts.map(
      (rows, at) =>
        `create table ${names[at]} (a ${kind}, b ${kind}); insert into ${names[at]} values ${rows.map(([a, b]) => `(${value(kind, a!)}, ${value(kind, b!)})`).join(', ')};`,
    );
    await server.psql(sql.join('\n'), nameIn(url));
  }
  const { tables } = await contentAt(url);
  expect(new Set(tables.map(({ hash, name }) => `${name.split('_')[0]} ${hash}`)).size).toBe(
    kinds.length * 5,
  );
});

test.each(versions)('columns that are never null hash the same on $major', async ({ major }) => {
  const server = await sharedPostgres(major);
  const url = await madeOn(server);
  const made = types.map(([type, ...values], at) => {
    const rows = values.filter((value) => value !== 'NULL').map((value) => `(${value})`);
    const insert = rows.map((row) => `insert into t${at} values ${row};`).join(' ');
    return `create table t${at} (v ${type}); ${insert}`;
  });
  await server.psql(made.join('\n'), nameIn(url));
  const before = await contentAt(url);
  const altered = types.map((_, at) => `alter table t${at} alter v set not null;`);
  await server.psql(altered.join('\n'), nameIn(url));
  expect((await contentAt(url)).tables).toEqual(before.tables);
});

test.runIf(versions.some(({ major }) => major >= 18))(
  'a constraint that was not checked promises nothing',
  async () => {
    const server = await sharedPostgres(18);
    const url = await server.createDatabase();
    const made = (name: string, value: string) =>
      `create table ${name} (a int, b bigint); insert into ${name} values (${value}, ${value});
      alter table ${name} add not null a not valid, add not null b not valid;`;
    await server.psql(`${made('p', 'NULL')} ${made('q', '0')}`, nameIn(url));
    expect(await hashOf(url, 'p')).not.toBe(await hashOf(url, 'q'));
  },
);

test.each(versions)(
  'how it is stored and what is set do not matter on $major',
  async ({ major }) => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    const name = nameIn(url);
    const run = (sql: string) => server.psql(sql, name);
    await run(`create table p (id int primary key, note text, at timestamptz, f float8, b bytea, m money, i interval);
    alter table p alter note set storage external, alter b set storage external;
    insert into p select n, repeat(md5(n::text), n % 200), timestamptz '2026-01-01 00:00+00' + n * interval '1.37 s', n / 3.0, decode(repeat(md5(n::text), n % 150), 'hex'), n::money, n * interval '1.5 h' from generate_series(1, 3000) n`);
    const before = await hashOf(url, 'p');
    await run('alter table p alter note set storage main; vacuum full p');
    expect(await hashOf(url, 'p')).toBe(before);
    await run('create index on p (note); cluster p using p_note_idx');
    expect(await hashOf(url, 'p')).toBe(before);
    await run(`update p set id = id where id % 2 = 0; alter table p add gone int default 3; alter table p drop gone;
    alter database ${name} set datestyle = 'German'; alter database ${name} set timezone = 'Asia/Tokyo';
    alter database ${name} set intervalstyle = 'iso_8601'; alter database ${name} set extra_float_digits = -5;
    alter database ${name} set bytea_output = 'escape'; alter database ${name} set search_path = 'nowhere, pg_catalog';
    alter database ${name} set jit_above_cost = 0; alter database ${name} set lc_monetary = 'C'`);
    expect(await hashOf(url, 'p')).toBe(before);
  },
);

test.each(versions)(
  'a table of many columns, of none, and of many pages on $major',
  async ({ major }) => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    const wide = Array.from({ length: 1600 }, (_, at) => `c${at} int`).join(', ');
    await server.psql(
      `create table wide (${wide}); insert into wide (c0, c1599) values (1, 2); create table wider (${wide}); insert into wider (c0, c1599) values (1, 3);
    create table nothing (); insert into nothing default values; insert into nothing default values`,
      nameIn(url),
    );
    const { tables } = await contentAt(url);
    const by = new Map(tables.map((table) => [table.name, table]));
    expect(by.get('nothing')).toMatchObject({ rows: 2, note: null });
    expect(by.get('wide')?.hash).not.toBe(by.get('wider')?.hash);
  },
);
