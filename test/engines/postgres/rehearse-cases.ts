/** What the statements below find. */
export const start = `
create schema app;
create table app.customer (id int primary key, name varchar(10));
create table app.orders (id int primary key, customer int, note text, price int);
create index orders_customer on app.orders (customer);
create table app.region (id int, name text) partition by range (id);
create table app.region_1 partition of app.region for values from (0) to (10);
create view app.rich as select * from app.customer;
create sequence app.numbers;
insert into app.customer values (1, 'a');
insert into app.orders values (1, 1, 'x', 5);`;

/** What a statement does: locks, tables written anew, tables read from end to end. */
export interface Case {
  readonly before?: string;
  readonly sql: string;
  readonly locks?: Readonly<Record<string, string>>;
  readonly rewritten?: readonly string[];
  readonly scanned?: readonly string[];
}

export const orders = 'app.orders';
export const customer = 'app.customer';

export const cases: readonly Case[] = [
  {
    sql: 'alter table app.orders add at timestamptz default clock_timestamp()',
    locks: { [orders]: 'AccessExclusive' },
    rewritten: [orders],
  },
  { sql: 'alter table app.orders add n int default 7', locks: { [orders]: 'AccessExclusive' } },
  {
    sql: 'alter table app.customer alter name type varchar(20)',
    before: 'drop view app.rich',
    locks: { [customer]: 'AccessExclusive' },
  },
  {
    sql: 'alter table app.orders alter price type bigint',
    locks: { [orders]: 'AccessExclusive' },
    rewritten: [orders],
  },
  {
    sql: 'create index on app.orders (note)',
    locks: { [orders]: 'Share' },
    scanned: [orders],
  },
  {
    sql: 'alter table app.orders add foreign key (customer) references app.customer',
    locks: { [orders]: 'ShareRowExclusive', [customer]: 'ShareRowExclusive' },
    scanned: [customer, orders],
  },
  {
    sql: 'alter table app.orders validate constraint fk',
    before:
      'alter table app.orders add constraint fk foreign key (customer) references app.customer not valid',
    locks: { [orders]: 'ShareUpdateExclusive', [customer]: 'RowShare' },
    scanned: [customer, orders],
  },
  {
    sql: 'alter table app.orders alter note set not null',
    locks: { [orders]: 'AccessExclusive' },
    scanned: [orders],
  },
  { sql: 'drop table app.orders', locks: { [orders]: 'AccessExclusive' } },
  {
    sql: 'drop index app.orders_customer',
    locks: { [orders]: 'AccessExclusive', 'app.orders_customer': 'AccessExclusive' },
  },
  {
    sql: 'reindex index app.orders_customer',
    locks: { [orders]: 'Share', 'app.orders_customer': 'AccessExclusive' },
    rewritten: ['app.orders_customer'],
    scanned: [orders],
  },
  {
    sql: 'alter index app.orders_customer rename to other',
    locks: { 'app.orders_customer': 'ShareUpdateExclusive' },
  },
  { sql: 'truncate app.orders', locks: { [orders]: 'AccessExclusive' }, rewritten: [orders] },
  { sql: 'drop view app.rich', locks: { 'app.rich': 'AccessExclusive' } },
  { sql: 'lock table app.orders in share mode', locks: { [orders]: 'Share' } },
  { sql: "select nextval('app.numbers')" },
  {
    sql: 'update app.orders set price = 1',
    locks: { [orders]: 'RowExclusive' },
    scanned: [orders],
  },
  { sql: 'create table app.fresh (id int primary key, t text default now())' },
  {
    sql: 'create table app.child (id int references app.customer)',
    locks: { [customer]: 'ShareRowExclusive' },
  },
  {
    sql: 'create table app.region_2 partition of app.region for values from (10) to (20)',
    locks: { 'app.region': 'AccessExclusive' },
  },
  { sql: "comment on table app.orders is 'x'", locks: { [orders]: 'ShareUpdateExclusive' } },
  {
    sql: 'do $$ begin perform 1 from app.customer; end $$',
    locks: { [customer]: 'AccessShare' },
    scanned: [customer],
  },
];
