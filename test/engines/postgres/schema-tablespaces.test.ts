import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareSchemas } from '../../../src/schema/compare.ts';
import { postgresVersions, sharedPostgres } from '../../support/postgres.ts';
import { opened } from './connecting.ts';
import { inWords, mending, type Original, originalOf } from './schema-mutating.ts';

const space = `space_${process.pid}`;

const script = `
CREATE TABLE plain (id integer PRIMARY KEY USING INDEX TABLESPACE ${space}, n integer) TABLESPACE ${space};
CREATE INDEX plain_n ON plain (n) TABLESPACE ${space};
CREATE TABLE event (id integer, n integer, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE INDEX event_n ON event (n) TABLESPACE ${space};
CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM (1) TO (2);
CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM (2) TO (3);
ALTER INDEX event_2_n_idx SET TABLESPACE pg_default;
ALTER INDEX event_2_pkey SET TABLESPACE ${space};
`;

const mutations = [
  {
    title: 'indexes are moved',
    sql: 'ALTER INDEX plain_pkey SET TABLESPACE pg_default; ALTER INDEX plain_n SET TABLESPACE pg_default',
    found: [
      'changed constraint public.plain.plain_pkey: tablespace',
      'changed index public.plain.plain_n: tablespace',
    ],
  },
  {
    title: 'an index of a partition is moved',
    sql: `ALTER INDEX event_1_n_idx SET TABLESPACE pg_default`,
    found: ['unexpected index settings public.event_1.event_1_n_idx'],
  },
  {
    title: 'indexes of a partition are moved to where their parents are',
    sql: `ALTER INDEX event_2_n_idx SET TABLESPACE ${space}; ALTER INDEX event_2_pkey SET TABLESPACE pg_default`,
    found: [
      'missing index settings public.event_2.event_2_n_idx',
      'missing index settings public.event_2.event_2_pkey',
    ],
  },
  {
    title: 'an index of a partitioned table is moved with those of its partitions',
    sql: `DROP INDEX event_n; CREATE INDEX event_n ON event (n)`,
    found: [
      'changed index public.event.event_n: tablespace',
      'missing index settings public.event_2.event_2_n_idx',
    ],
  },
  {
    title: 'an index of a partitioned table is moved alone',
    sql: `ALTER INDEX event_n SET TABLESPACE pg_default`,
    found: [
      'changed index public.event.event_n: tablespace',
      'unexpected index settings public.event_1.event_1_n_idx',
      'missing index settings public.event_2.event_2_n_idx',
    ],
  },
  {
    title: 'a partition is missing',
    sql: 'DROP TABLE event_2',
    found: [
      'missing index settings public.event_2.event_2_n_idx',
      'missing index settings public.event_2.event_2_pkey',
      'missing table public.event_2',
    ],
  },
];

describe.for(postgresVersions())('tablespaces on PostgreSQL $major', ({ major }) => {
  let original: Original;
  const inServer = async (...statements: readonly string[]): Promise<void> => {
    const server = await sharedPostgres(major);
    await using session = await opened(server.url());
    for (const sql of statements) await session.client.query(sql);
  };
  beforeAll(async () => {
    await inServer('SET allow_in_place_tablespaces = on', `CREATE TABLESPACE ${space} LOCATION ''`);
    original = await originalOf(major, script, []);
  });
  afterAll(async () => {
    await original[Symbol.asyncDispose]();
    await inServer(`DROP TABLESPACE ${space}`);
  });

  it.for(mutations)('are found and mended where $title', async ({ sql, found }) => {
    await using copy = await original.trial();
    await copy.run(sql);
    const mutated = await copy.read();
    const differences = inWords(compareSchemas(original.schema, mutated));
    expect(differences.toSorted()).toEqual(found.toSorted());
    await copy.run(...mending(original.schema, mutated));
    expect(inWords(compareSchemas(original.schema, await copy.read()))).toEqual([]);
  });

  it('are those of the schema where it is made anew', async () => {
    await using copy = await original.copy('empty');
    await copy.run(...mending(original.schema, await copy.read()));
    expect(inWords(compareSchemas(original.schema, await copy.read()))).toEqual([]);
  });
});
