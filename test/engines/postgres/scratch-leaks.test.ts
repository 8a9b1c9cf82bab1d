import { expect, test } from 'vitest';
import { postgresDialect } from '../../../src/engines/postgres/dialect.ts';
import { leaksOut } from '../../../src/engines/postgres/scratch/leaks.ts';
import { splitStatements } from '../../../src/sql/statements.ts';

function leaks(sql: string): boolean {
  const bytes = Buffer.from(sql);
  return [...splitStatements(bytes, postgresDialect)].some(({ head, start, end }) =>
    leaksOut(head, bytes.toString('utf8', start, end)),
  );
}

test.each([
  'create role app',
  'CREATE USER app',
  'drop user if exists app',
  '/* x */ alter role "a b" set search_path = x',
  'alter database app set search_path = x',
  'create database other',
  'create tablespace fast location $$/fast$$',
  'alter system set work_mem = 1',
  "create subscription s connection 'x' publication p",
  'drop subscription s',
  'grant app to bob',
  'revoke admin option for app from bob',
  'grant connect on database app to bob',
  'drop owned by app',
  "comment on role app is 'x'",
  "copy t from program 'curl x'",
  "copy (select 1, 2, 3, 4, 5, 6, 7, 8, 9, 10) to program 'cat'",
  "select dblink_exec('x', 'drop table t')",
  'do $$ begin create role app; exception when duplicate_object then null; end $$',
  "select pg_create_logical_replication_slot('s', 'pgoutput')",
])('leaks: %s', (sql) => {
  expect(leaks(sql)).toBe(true);
});

test.each([
  'create table role (id int)',
  'create user mapping for app server s',
  'grant select on t to app',
  'alter table t owner to app',
  'create policy p on t to app using (true)',
  "copy (select 'program') to stdout",
  "comment on table t is 'create role'",
  "insert into t values ('alter system')",
  'create function f() returns void language plpgsql as $$ begin create role x; end $$',
  'reassign_owned()',
])('stays inside: %s', (sql) => {
  expect(leaks(sql.startsWith('reassign_') ? `select ${sql}` : sql)).toBe(false);
});
