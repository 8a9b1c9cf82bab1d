import { expect, test } from 'vitest';
import type { Content } from '../../../../src/engines/backing-up.ts';
import { factsOf } from '../../../../src/engines/postgres/backup/facts.ts';
import {
  postgresVersions,
  sharedPostgres,
  startStandby,
  startPostgres,
} from '../../../support/postgres.ts';
import { until } from '../../../support/until.ts';
import { openedPostgres } from '../../../support/databases.ts';
import { backupOf, restoredBy } from './backups.ts';
import { contentAt } from './contents.ts';

const versions = postgresVersions().map(({ major, bin }) => ({ major, bin }));

const nameIn = (url: string): string => new URL(url).pathname.slice(1);

/** Without what stands outside of snapshots. */
function compared({ method, tables }: Content) {
  return { method, tables };
}

test.each(versions)('is one snapshot while writers write, on $major', async ({ major }) => {
  const server = await sharedPostgres(major);
  const url = await server.createDatabase();
  await server.psql(
    `create table accounts (id int primary key, balance int not null, note text);
    create table moves (id bigint generated always as identity, a int, b int, at timestamptz default now());
    insert into accounts select n, 100, repeat(md5(n::text), 20) from generate_series(1, 40000) n`,
    nameIn(url),
  );
  await using database = await openedPostgres(url);
  const stop = new AbortController();
  const write = async (): Promise<number> => {
    let count = 0;
    for (; !stop.signal.aborted; count++) {
      const [a, b] = [1 + ((count * 7919) % 40000), 1 + ((count * 104729) % 40000)];
      await database.sql(
        `with m as (insert into moves (a, b) values (${a}, ${b})) update accounts set balance = balance + case id when ${a} then -1 else 1 end where id in (${a}, ${b})`,
      );
    }
    return count;
  };
  const writing = write();
  const taken = await backupOf(url, server);
  stop.abort();
  expect(await writing).toBeGreaterThan(0);

  const restored = await restoredBy(server, taken.folder);
  const content = await contentAt(restored);
  expect(compared(content)).toEqual(compared(taken.content));
  const later = await contentAt(url);
  expect(later.tables).not.toEqual(taken.content.tables);
  // What was restored, altered in one cell behind the tool's back.
  await server.psql(`update accounts set note = note || ' ' where id = 17`, nameIn(restored));
  const altered = await contentAt(restored);
  const differing = altered.tables.filter(
    ({ hash }, at) => hash !== taken.content.tables[at]?.hash,
  );
  expect(differing.map(({ name }) => name)).toEqual(['accounts']);
});

const everything = (major: number): string => `
create table plain (id int primary key, v text);
insert into plain select n, n::text from generate_series(1, 500) n;
create table parted (id int, v text) partition by list (id);
create table parted_1 partition of parted for values in (1);
create table parted_2 partition of parted for values in (2) partition by list (v);
create table parted_2_a partition of parted_2 for values in ('a');
insert into parted values (1, 'x'), (1, 'y'), (2, 'a');
create table parent (id int); create table child (extra text) inherits (parent);
insert into parent values (1); insert into child values (2, 'c');
create unlogged table quick (id int); insert into quick values (1), (2);
create table computed (a int, b int generated always as (a * 2) stored${major >= 18 ? ', c int generated always as (a * 3) virtual' : ''});
insert into computed (a) values (1), (2);
create materialized view filled as select count(*) as n from plain;
create materialized view empty as select count(*) as n from plain with no data;
create sequence counter increment -2; select nextval('counter'); create sequence unused;
select lo_from_bytea(0, decode(repeat('ab', 3000000), 'hex')); select lo_create(0);
select lo_put(lo_from_bytea(0, '\\x01'), 5000, '\\x02');
create extension file_fdw; create server files foreign data wrapper file_fdw;
create foreign table remote (line text) server files options (filename '/etc/hosts');
create extension if not exists hstore; create table bag (h hstore); insert into bag values ('a=>1,b=>NULL');
create table jem_db_migrations (name text primary key, checksum text not null, applied_at timestamptz not null,
  duration_ms bigint not null, tool_version text not null, applied_by text not null,
  statements_done integer, file_gone boolean not null, up_sql text, down_sql text);
insert into jem_db_migrations values ('0001_x', 'sha', '2026-01-01', 5, '0.1.0', 'me', null, false, null, null);
`;

test.each(versions)('says of each kind of object what it holds, on $major', async ({ major }) => {
  const server = await sharedPostgres(major);
  const url = await server.createDatabase();
  await server.psql(everything(major), nameIn(url));
  const taken = await backupOf(url, server);
  const { tables, sequences, leftOut } = taken.content;
  const told = Object.fromEntries(tables.map(({ name, type, rows }) => [name, `${type} ${rows}`]));
  expect(told).toEqual({
    ...{ plain: 'table 500', parted_1: 'partition 2', parted_2_a: 'partition 1' },
    ...{ parent: 'table 1', child: 'table 1', quick: 'table 2', computed: 'table 2' },
    ...{ bag: 'table 1', jem_db_migrations: 'table 1', 'large objects': 'large objects 3' },
  });
  const note = tables.find(({ name }) => name === 'computed')?.note;
  expect(note).toBe(major >= 18 ? 'without c: virtual, computed when read' : null);
  expect(sequences).toEqual([
    { schema: 'public', name: 'counter', lastValue: '-1', increment: '-2' },
    { schema: 'public', name: 'unused', lastValue: null, increment: '1' },
  ]);
  expect(leftOut.map(({ type, name, why }) => [type, name, why])).toEqual([
    ['foreign table', 'remote', 'its rows are on another server'],
    ['materialized view', 'empty', 'it was not populated, and is not by a restore'],
    ['materialized view', 'filled', 'a restore fills it anew; it held 1 rows'],
    ['roles', 'all', expect.stringContaining('pg_dumpall')],
  ]);
  expect(taken.ledger).toMatchObject([{ name: '0001_x', checksum: 'sha' }]);
  expect(taken.schema.objects.length).toBeGreaterThan(10);
  expect(taken.files).toContain('toc.dat');
  expect(factsOf(JSON.parse(JSON.stringify(taken.facts)))).toMatchObject({
    dump: { compression: major >= 16 ? 'zstd' : 'gzip' },
    named: ['postgres'],
  });
  const restored = await restoredBy(server, taken.folder);
  expect(compared(await contentAt(restored))).toEqual(compared(taken.content));

  const changes = [
    `select lo_put(oid, 2999999, '\\xff') from pg_largeobject_metadata order by oid limit 1`,
    `select lo_unlink(oid) from pg_largeobject_metadata order by oid desc limit 1`,
  ];
  for (const change of changes) {
    const before = await contentAt(restored);
    await server.psql(change, nameIn(restored));
    const after = await contentAt(restored);
    expect(after.tables.at(-1)?.hash).not.toBe(before.tables.at(-1)?.hash);
  }
});

test.each(versions)('is taken from a standby too, on $major', async ({ bin }) => {
  await using primary = await startPostgres({ bin });
  const url = await primary.createDatabase();
  await primary.psql(
    `create table t (id int); insert into t values (1), (2); create unlogged table quick (id int)`,
    nameIn(url),
  );
  await using standby = await startStandby(primary);
  const there = standby.url(nameIn(url));
  await until(
    'the standby to have it',
    async () =>
      (await standby.psql(`select to_regclass('t') is not null`, nameIn(url)).catch(() => 'f')) ===
      't',
  );
  const taken = await backupOf(there, standby);
  expect(taken.content.tables).toEqual(
    (await contentAt(url)).tables.filter(({ name }) => name === 't'),
  );
  expect(taken.content.leftOut[0]).toMatchObject({ type: 'unlogged table', name: 'quick' });
  const restored = await restoredBy(primary, taken.folder);
  expect((await contentAt(restored)).tables.find(({ name }) => name === 't')).toEqual(
    taken.content.tables[0],
  );
});

test('with one job, and with each compression', async () => {
  for (const { major } of versions) {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    await server.psql('create table t as select generate_series(1, 100) as n', nameIn(url));
    for (const method of ['none', 'gzip'] as const) {
      const seen: number[] = [];
      const taken = await backupOf(url, server, {
        ...{ jobs: 1, compression: { method, level: method === 'gzip' ? 1 : null } },
        onProgress: ({ done, total }) => void seen.push(done / total),
      });
      expect(taken.files.filter((name) => name.endsWith('.gz')).length).toBe(
        method === 'gzip' ? 1 : 0,
      );
      expect(seen.at(-1)).toBe(1);
      const restored = await restoredBy(server, taken.folder);
      expect(compared(await contentAt(restored))).toEqual(compared(taken.content));
    }
  }
});

test.each(versions)(
  'of an extension only what it marks as the user’s, on $major',
  async ({ major }) => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    await server.psql(
      `create extension hstore; create table settings as select generate_series(1, 5) as id; create table inner_table (id int);
    alter extension hstore add table settings; alter extension hstore add table inner_table;
    update pg_extension set extconfig = array['settings'::regclass::oid], extcondition = array['WHERE id > 2'] where extname = 'hstore'`,
      nameIn(url),
    );
    const { tables, leftOut } = await contentAt(url);
    expect(tables).toMatchObject([
      { name: 'settings', rows: 3, note: expect.stringContaining('WHERE id > 2') },
    ]);
    expect(leftOut).toMatchObject([{ type: 'table of an extension', name: 'inner_table' }, {}]);
  },
);
