import { readdir, readFile } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { SlowResult } from '../../src/health/slow/result.ts';
import { type Project, project } from '../support/project.ts';
import { schemaErrors } from '../support/schema.ts';

const rows = (number: number): string =>
  `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${number})`;

const schema = `
create table orders (id integer primary key, customer integer, email text, status text, created text);
create table lines (id integer primary key, order_id integer, qty integer);
create table small (id integer primary key, a integer);
create view open_orders as select * from orders where status = 'open';
${rows(12_000)} insert into orders select i, i % 2000, 'u' || i, iif(i % 3, 'done', 'open'), i from n;
${rows(12_000)} insert into lines select i, i % 2000, i % 7 from n;
insert into small values (1, 1)`;

async function shop(): Promise<Project & { readonly file: string }> {
  const work = await project({}, './shop.db');
  const file = join(work.path, 'shop.db');
  const database = new Database(file);
  database.exec(schema);
  database.close();
  return { ...work, file };
}

async function examine(work: Project, sql: string, input?: string) {
  await work.write({ 'queries.sql': sql });
  const name = input === undefined ? 'queries.sql' : '-';
  const options = input === undefined ? {} : { input };
  const result = await work.run(['health', 'slow', '--statements', name, '--json'], options);
  expect(schemaErrors(result.json())).toEqual([]);
  return { ...result, statements: result.json<SlowResult>().result.statements };
}

it.each<readonly [string, readonly (readonly [string, string | null])[]]>([
  [
    "select * from orders where customer = ?1 and email <> 'x'",
    [['missing-index', 'CREATE INDEX "orders_customer" ON "orders" ("customer");']],
  ],
  [
    'select id from orders o where o.customer = @who and o.created > :since',
    [
      [
        'missing-index',
        'CREATE INDEX "orders_customer_created" ON "orders" ("customer", "created");',
      ],
    ],
  ],
  [
    'select * from orders order by created desc limit 10',
    [['index-for-order', 'CREATE INDEX "orders_created" ON "orders" ("created");']],
  ],
  [
    'select o.id from orders o join lines l on l.order_id = o.customer where o.id = $id',
    [['missing-index', 'CREATE INDEX "lines_order_id" ON "lines" ("order_id");']],
  ],
  [
    'select a.id from orders a, orders b where a.email = b.email',
    [['automatic-index', 'CREATE INDEX "orders_email" ON "orders" ("email");']],
  ],
  [
    'select count(*) from open_orders where customer = 3',
    [
      [
        'missing-index',
        'CREATE INDEX "orders_status_customer" ON "orders" ("status", "customer");',
      ],
    ],
  ],
  ["select * from orders where status = 'open'", []],
  ["select * from orders where lower(email) = 'x'", []],
  ['select * from small where a = 5 order by a', []],
  ['select * from orders where id = 7', []],
])('%s', async (sql, expected) => {
  await using work = await shop();
  const { statements, exitCode } = await examine(work, sql);
  const [one] = statements;
  expect(one?.plan).not.toBeNull();
  const advice = one?.advice.map(({ id, sql: mends }) => [id, mends]) ?? [];
  expect(exitCode).toBe(expected.length > 0 ? 1 : 0);
  expect(advice).toEqual(expected);
  if (expected[0]?.[0] !== 'missing-index') return;

  const database = new Database(work.file);
  database.exec(advice[0]?.[1] ?? '');
  database.close();
  const mended = await examine(work, sql);
  expect(JSON.stringify(mended.statements[0]?.plan)).toMatch(/SEARCH \w+ USING (COVERING )?INDEX/);
  expect(mended.statements[0]?.advice.map(({ id }) => id)).toEqual(['stale-statistics']);
});

it('asks for ANALYZE until the table was counted', async () => {
  await using work = await shop();
  const database = new Database(work.file);
  database.exec('create index orders_by_customer on orders (customer)');
  const sql = 'select * from orders where customer = 3';
  const [first] = (await examine(work, sql)).statements;
  expect(first?.advice).toMatchObject([{ id: 'stale-statistics', sql: 'ANALYZE "orders";' }]);
  database.exec(first?.advice[0]?.sql ?? '');
  database.close();
  expect((await examine(work, sql)).statements[0]?.advice).toEqual([]);
});

it('runs nothing, and shows no value', async () => {
  await using work = await shop();
  const before = await readFile(work.file);
  const { statements, stdout } = await examine(
    work,
    `delete from orders where email = 'geheim'; drop table orders; insert into small values (8, 'geheim');
     update orders set status = 'geheim'; vacuum; pragma user_version = 77; attach 'geheim.db' as g;
     select nosuch from orders where email = 'geheim'; replace into small values (1, 7);
     with gone as (select 'geheim') delete from small`,
  );
  expect(statements.map(({ plan }) => plan !== null)).toEqual([
    ...[true, false, true, true, false, false, false, false, true, true],
  ]);
  expect(stdout).not.toContain('geheim');
  expect((await readFile(work.file)).equals(before)).toBe(true);
  expect((await readdir(work.path)).filter((name) => name.includes('db'))).toEqual(['shop.db']);
});

it('takes the statements from standard input, and says what cannot be read', async () => {
  await using work = await shop();
  const { statements } = await examine(work, '', 'select 1; select a from small');
  expect(statements.map(({ text }) => text)).toEqual(['select ?', 'select a from small']);
  for (const [sql, words] of [
    ["select 'never closed", 'line 1, the string that begins here is never closed'],
    ['  ;; -- nothing', 'No statement was handed in'],
  ] as const) {
    const { exitCode, stderr } = await work.run(['health', 'slow', '--statements', '-'], {
      input: sql,
    });
    expect(exitCode).toBe(2);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(words);
  }
});

it('says that SQLite counts no statements, and what to hand in', async () => {
  await using work = await shop();
  const { exitCode, stderr } = await work.run(['health', 'slow']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('SQLite keeps no statistics of statements');
  expect(stderr).toContain('--statements FILE');
});

it.each([
  [['--for', 'long'], '--for takes a time'],
  [['--max-mean', '0s'], '--max-mean takes a time'],
  [['--by', 'age'], '--by takes one of total, mean'],
  [['--limit', '0'], '--limit takes a whole number'],
  [['--since-reset', '--for', '1s'], '--since-reset and --for do not go together'],
  [['--statements', '-', '--by', 'mean'], '--statements and --by do not go together'],
  [['--statements', 'nothing.sql'], 'Cannot read the statements from nothing.sql (ENOENT)'],
])('refuses %s', async (args, words) => {
  await using work = await shop();
  const { exitCode, stderr } = await work.run(['health', 'slow', ...args]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(words);
});
