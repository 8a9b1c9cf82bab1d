/** A rule with an example that it reports and one that it lets pass. */
export interface LintCase {
  readonly rule: string;
  /** An earlier file: what is there when the examples run. */
  readonly given?: string;
  readonly bad: string;
  readonly good: string;
}

const orders = `create table orders (id int primary key, customer int, code varchar(10), total numeric(8,2),
  paid_at timestamp, data text); create table customers (id int primary key);`;
const parts = 'create table events (id int, day date) partition by range (day);';

export const postgresCases: readonly LintCase[] = [
  {
    rule: 'add-column-rewrite',
    given: orders,
    bad: 'alter table orders add column token uuid default gen_random_uuid()',
    good: 'alter table orders add column seen timestamptz not null default now()',
  },
  {
    rule: 'add-column-rewrite',
    given: orders,
    bad: 'alter table orders add column n bigserial',
    good: 'alter table orders add column n bigint',
  },
  {
    rule: 'add-column-rewrite',
    given: orders,
    bad: 'alter table orders add column n int generated always as identity',
    good: 'alter table orders add column n int default 1 + 1',
  },
  {
    rule: 'add-column-rewrite',
    given: orders,
    bad: 'alter table orders add column twice numeric generated always as (total * 2) stored',
    good: 'alter table orders add column twice numeric generated always as (total * 2) virtual',
  },
  {
    rule: 'add-column-rewrite',
    given: `${orders} create domain positive as int check (value > 0); create domain plain as int;`,
    bad: 'alter table orders add column n positive',
    good: 'alter table orders add column n plain',
  },
  {
    rule: 'add-column-rewrite',
    given: `${orders} create function fresh() returns int language sql volatile as 'select 1';
      create function steady() returns int language sql stable as 'select 1';`,
    bad: 'alter table orders add column n int default fresh()',
    good: 'alter table orders add column n int default steady()',
  },
  {
    rule: 'add-required-column',
    given: orders,
    bad: 'alter table orders add column note text not null',
    good: "alter table orders add column note text not null default ''",
  },
  {
    rule: 'add-column-check',
    given: orders,
    bad: 'alter table orders add column n int check (n > 0)',
    good: 'alter table orders add column n int, add constraint positive check (n > 0) not valid',
  },
  {
    rule: 'add-json-column',
    given: orders,
    bad: 'alter table orders add column extra json',
    good: 'alter table orders add column extra jsonb',
  },
  {
    rule: 'change-column-type',
    given: orders,
    bad: 'alter table orders alter column id type bigint',
    good: 'alter table orders alter column code type varchar(20)',
  },
  {
    rule: 'change-column-type',
    given: orders,
    bad: 'alter table orders alter column code type varchar(5)',
    good: 'alter table orders alter column code type text using code::text',
  },
  {
    rule: 'change-column-type',
    given: orders,
    bad: 'alter table orders alter column total type numeric(12,4)',
    good: 'alter table orders alter column total type numeric(12,2)',
  },
  {
    rule: 'change-column-type',
    given: orders,
    bad: 'alter table orders alter column code type text using lower(code)',
    good: 'alter table orders alter column total type numeric',
  },
  {
    rule: 'change-column-type',
    given: orders,
    bad: 'alter table orders alter column paid_at type timestamptz',
    good: "set local timezone = 'UTC'; alter table orders alter column paid_at type timestamptz",
  },
  {
    rule: 'change-column-type',
    given: `${orders} create index on orders (code);`,
    bad: 'alter table orders alter column code type varchar(10) collate "C"',
    good: 'alter table orders alter column code type varchar',
  },
  {
    rule: 'set-not-null',
    given: `${orders} alter table orders add constraint has_customer check (customer is not null) not valid;
      alter table orders validate constraint has_customer;`,
    bad: 'alter table orders alter column data set not null',
    good: 'alter table orders alter column customer set not null',
  },
  {
    rule: 'add-check',
    given: orders,
    bad: 'alter table orders add constraint positive check (total > 0)',
    good: 'alter table orders add constraint positive check (total > 0) not valid',
  },
  {
    rule: 'add-foreign-key',
    given: orders,
    bad: 'alter table orders add constraint fk foreign key (customer) references customers (id)',
    good: 'alter table orders add constraint fk foreign key (customer) references customers (id) not valid',
  },
  {
    rule: 'add-column-foreign-key',
    given: orders,
    bad: 'alter table orders add column c int default null references customers (id)',
    good: 'alter table orders add column c int references customers (id)',
  },
  {
    rule: 'add-unique',
    given: `${orders} create unique index orders_code on orders (code);`,
    bad: 'alter table orders add constraint code_key unique (code)',
    good: 'alter table orders add constraint code_key unique using index orders_code',
  },
  {
    rule: 'add-unique',
    given: orders,
    bad: 'alter table orders add column slug text unique',
    good: 'create table slugs (slug text unique, primary key (slug))',
  },
  {
    rule: 'add-exclusion',
    given: orders,
    bad: 'alter table orders add exclude using btree (code with =)',
    good: 'create table rooms (code text, exclude using btree (code with =))',
  },
  {
    rule: 'create-index',
    given: orders,
    bad: 'create index orders_code on orders (code)',
    good: 'create index concurrently orders_code on orders (code)',
  },
  {
    rule: 'create-index',
    given: orders,
    bad: 'do $$ begin create index orders_code on orders (code); end $$',
    good: 'create table fresh (a int); create index on fresh (a)',
  },
  {
    rule: 'create-index-partitioned',
    given: parts,
    bad: 'create index events_day on events (day)',
    good: 'create index events_day on only events (day)',
  },
  {
    rule: 'drop-index',
    given: `${orders} create index orders_code on orders (code);`,
    bad: 'drop index orders_code',
    good: 'drop index concurrently orders_code',
  },
  {
    rule: 'reindex',
    given: orders,
    bad: 'reindex table orders',
    good: 'reindex table concurrently orders',
  },
  {
    rule: 'rename-table',
    given: orders,
    bad: 'alter table orders rename to purchases',
    good: 'alter table orders rename to purchases; create view orders as select * from purchases',
  },
  {
    rule: 'rename-column',
    given: orders,
    bad: 'alter table orders rename column code to number',
    good: 'create table fresh (a int); alter table fresh rename column a to b',
  },
  {
    rule: 'rename-enum-value',
    given: "create type mood as enum ('good', 'bad');",
    bad: "alter type mood rename value 'bad' to 'sad'",
    good: "alter type mood add value 'sad'",
  },
  {
    rule: 'drop-column',
    given: orders,
    bad: 'alter table orders drop column code',
    good: 'create table fresh (a int, b int); alter table fresh drop column b',
  },
  {
    rule: 'drop-table',
    given: orders,
    bad: 'drop table orders',
    good: 'create table fresh (a int); drop table fresh',
  },
  {
    rule: 'drop-cascade',
    given: orders,
    bad: 'drop table customers cascade',
    good: 'drop table customers',
  },
  {
    rule: 'drop-schema',
    given: 'create schema app; create table app.t (a int);',
    bad: 'drop schema app cascade',
    good: 'drop schema app',
  },
  {
    rule: 'truncate',
    given: orders,
    bad: 'truncate orders',
    good: 'create temporary table fresh (a int); truncate fresh',
  },
  {
    rule: 'lock-table',
    given: orders,
    bad: 'lock table orders in share row exclusive mode',
    good: 'lock table orders in row share mode',
  },
  {
    rule: 'update-all-rows',
    given: orders,
    bad: 'update orders set total = 0',
    good: 'update orders set total = 0 where total is null',
  },
  {
    rule: 'delete-all-rows',
    given: orders,
    bad: 'delete from orders where true',
    good: 'delete from orders where id = 1',
  },
  {
    rule: 'attach-partition',
    given: `${parts} create table old (id int, day date); create table checked (id int, day date,
      constraint bounds check (day is not null and day < '2020-01-01'));
      alter table checked add constraint upper_bound check (day < '2020-01-01');`,
    bad: "alter table events attach partition old for values from (minvalue) to ('2020-01-01')",
    good: "alter table events attach partition checked for values from (minvalue) to ('2020-01-01')",
  },
  {
    rule: 'detach-partition',
    given: `${parts} create table old partition of events for values from ('2019-01-01') to ('2020-01-01');`,
    bad: 'alter table events detach partition old',
    good: 'alter table events detach partition old concurrently',
  },
  {
    rule: 'create-partition',
    given: parts,
    bad: "create table y2020 partition of events for values from ('2020-01-01') to ('2021-01-01')",
    good: `create table y2020 (like events including all);
      alter table events attach partition y2020 for values from ('2020-01-01') to ('2021-01-01')`,
  },
  {
    rule: 'rewrite-table',
    given: orders,
    bad: 'alter table orders set unlogged',
    good: 'alter table orders set (fillfactor = 70)',
  },
  {
    rule: 'rewrite-table',
    given: orders,
    bad: 'cluster orders using orders_pkey',
    good: 'analyze orders',
  },
  {
    rule: 'refresh-materialized-view',
    given: 'create materialized view totals as select 1 as id; create unique index on totals (id);',
    bad: 'refresh materialized view totals',
    good: 'refresh materialized view concurrently totals',
  },
  {
    rule: 'domain-check',
    given: 'create domain amount as int; create table prices (amount amount);',
    bad: 'alter domain amount add constraint positive check (value > 0)',
    good: 'alter domain amount add constraint positive check (value > 0) not valid',
  },
  {
    rule: 'enum-value-in-same-transaction',
    given: "create type mood as enum ('good'); create table people (mood mood);",
    bad: "alter type mood add value 'sad'; update people set mood = 'sad' where mood is null",
    good: "alter type mood add value 'sad'",
  },
  {
    rule: 'validate-in-same-transaction',
    given: `${orders} alter table orders add constraint earlier check (id > 0) not valid;`,
    bad: `alter table orders add constraint positive check (total > 0) not valid;
      alter table orders validate constraint positive`,
    good: 'alter table orders validate constraint earlier',
  },
  {
    rule: 'backfill-under-lock',
    given: orders,
    bad: "alter table orders add column n int; update orders set n = 1 where code = 'a'",
    good: "update orders set data = '' where data is null",
  },
  {
    rule: 'brief-exclusive-lock',
    given: orders,
    bad: 'alter table orders enable row level security',
    good: 'comment on table orders is $$what was ordered$$',
  },
  {
    rule: 'brief-write-lock',
    given: orders,
    bad: 'create table lines (order_id int references orders)',
    good: 'alter table orders alter column code set statistics 100',
  },
];

const tables =
  'create table orders (id integer primary key, code text); create index orders_code on orders (code);\n';

export const sqliteCases: readonly LintCase[] = [
  {
    rule: 'add-required-column',
    given: tables,
    bad: 'alter table orders add column note text not null',
    good: "alter table orders add note text not null default ''",
  },
  {
    rule: 'add-column-refused',
    given: tables,
    bad: 'alter table orders add column at text default current_timestamp',
    good: 'alter table orders add column at text default 0',
  },
  {
    rule: 'add-column-refused',
    given: tables,
    bad: 'alter table orders add column slug text unique',
    good: 'alter table orders add column slug text',
  },
  {
    rule: 'drop-column',
    given: tables,
    bad: 'alter table "orders" drop column code',
    good: 'create table fresh (a, b); alter table fresh drop column b',
  },
  {
    rule: 'rename-column',
    given: tables,
    bad: 'alter table [orders] rename code to number',
    good: 'create table fresh (a, b); alter table fresh rename a to c',
  },
  {
    rule: 'drop-table',
    given: tables,
    bad: 'drop table if exists main.orders',
    good: `create table new_orders (id integer primary key, code text);
      insert into new_orders select * from orders; drop table orders;
      alter table new_orders rename to orders; create index orders_code on orders (code)`,
  },
  {
    rule: 'rename-table',
    given: tables,
    bad: 'alter table orders rename to purchases',
    good: 'alter table orders rename to purchases; create view orders as select * from purchases',
  },
  {
    rule: 'update-all-rows',
    given: tables,
    bad: "update or ignore orders set code = (select 'a' where 1)",
    good: "update orders set code = 'a' where id = 1",
  },
  {
    rule: 'delete-all-rows',
    given: tables,
    bad: 'delete from orders',
    good: 'delete from orders where id in (select 1)',
  },
  {
    rule: 'rebuild-by-rename',
    given: tables,
    bad: `alter table orders rename to old_orders; create table orders (id integer primary key);
      insert into orders select id from old_orders; drop table old_orders`,
    good: 'create table new_orders (id integer primary key); alter table new_orders rename to newer',
  },
  {
    rule: 'rebuild-loses-indexes',
    given: tables,
    bad: `create table new_orders (id integer primary key, code text);
      insert into new_orders select * from orders; drop table orders;
      alter table new_orders rename to orders`,
    good: `create table new_orders (id integer primary key, code text);
      insert into new_orders select * from orders; drop table orders;
      alter table new_orders rename to orders; create index orders_by_code on orders (code)`,
  },
  {
    rule: 'rebuild-with-foreign-keys',
    given: tables,
    bad: '-- jem-db: no-transaction\npragma foreign_keys = on; drop table orders',
    good: '-- jem-db: no-transaction\npragma foreign_keys = off; drop table orders',
  },
  {
    rule: 'pragma-without-effect',
    bad: 'pragma foreign_keys = off',
    good: 'pragma user_version = 3',
  },
  {
    rule: 'writable-schema',
    bad: 'pragma writable_schema = on',
    good: 'pragma writable_schema',
  },
];
