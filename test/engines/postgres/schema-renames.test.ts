import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareSchemas } from '../../../src/schema/compare.ts';
import { postgresVersions } from '../../support/postgres.ts';
import { inWords, mending, type Original, originalOf } from './schema-mutating.ts';

const table = 'app.customer';

/** Another name, and the statements that mend it: none that builds anything anew. */
const renames = [
  {
    title: 'an index',
    sql: 'ALTER INDEX app.customer_trgm RENAME TO "An other"',
    statements: ['ALTER INDEX "app"."An other" RENAME TO "customer_trgm"'],
  },
  {
    title: 'an index that a table is clustered on',
    sql: 'ALTER INDEX app.customer_born RENAME TO other',
    statements: ['ALTER INDEX "app"."other" RENAME TO "customer_born"'],
  },
  {
    title: 'the index of a replica identity',
    sql: 'ALTER INDEX app.purchase_whole RENAME TO "Other"',
    statements: ['ALTER INDEX "app"."Other" RENAME TO "purchase_whole"'],
  },
  {
    title: 'an index of a partitioned table',
    sql: 'ALTER INDEX app.event_kind RENAME TO other',
    statements: ['ALTER INDEX "app"."other" RENAME TO "event_kind"'],
  },
  {
    title: 'an index of a partitioned table, where one of a partition has changed',
    sql: 'ALTER INDEX app.event_more RENAME TO other; ALTER INDEX app."Own name" SET (fillfactor = 20)',
    statements: [
      'ALTER INDEX "app"."other" RENAME TO "event_more"',
      'ALTER INDEX "app"."Own name" RESET (fillfactor)',
    ],
  },
  {
    title: 'a primary key that others refer to',
    sql: `ALTER TABLE ${table} RENAME CONSTRAINT customer_pkey TO other`,
    statements: ['ALTER TABLE "app"."customer" RENAME CONSTRAINT "other" TO "customer_pkey"'],
  },
  {
    title: 'a foreign key that does not fire',
    sql: 'ALTER TABLE app.loop_b DISABLE TRIGGER ALL; ALTER TABLE app.loop_b RENAME CONSTRAINT loop_b_a_fkey TO other',
    statements: [
      'ALTER TABLE "app"."loop_b" RENAME CONSTRAINT "other" TO "loop_b_a_fkey"',
      expect.stringMatching(/^DO /),
    ],
  },
  {
    title: 'a check of a table with children',
    sql: 'ALTER TABLE app.animal RENAME CONSTRAINT animal_legs TO other',
    statements: ['ALTER TABLE "app"."animal" RENAME CONSTRAINT "other" TO "animal_legs"'],
  },
  {
    title: 'two constraints at once, each with something else',
    sql: `ALTER TABLE ${table} RENAME CONSTRAINT customer_mail_key TO one; ALTER INDEX app.one RESET (fillfactor);
      ALTER TABLE ${table} RENAME CONSTRAINT score_positive TO two; COMMENT ON CONSTRAINT two ON ${table} IS NULL`,
    statements: [
      'ALTER TABLE "app"."customer" RENAME CONSTRAINT "one" TO "customer_mail_key"',
      'ALTER TABLE "app"."customer" RENAME CONSTRAINT "two" TO "score_positive"',
      'ALTER INDEX "app"."customer_mail_key" SET (fillfactor=80)',
      `COMMENT ON CONSTRAINT "score_positive" ON "app"."customer" IS E'no debts'`,
    ],
  },
  {
    title: 'an index beside another of the same definition',
    sql: `CREATE INDEX copy ON app.event_2024 (size) WITH (fillfactor = 50); ALTER INDEX app.event_2024_size RENAME TO other`,
    statements: [
      'ALTER INDEX "app"."other" RENAME TO "event_2024_size"',
      'DROP INDEX "app"."copy"',
    ],
  },
  {
    title: 'the index that a table should not be clustered on',
    sql: 'ALTER TABLE app.event_2024 CLUSTER ON event_2024_size; ALTER INDEX app.event_2024_size RENAME TO other',
    statements: [
      'ALTER INDEX "app"."other" RENAME TO "event_2024_size"',
      'ALTER TABLE "app"."event_2024" SET WITHOUT CLUSTER',
    ],
  },
  {
    title: 'an index whose name another has taken',
    sql: `ALTER INDEX app.event_2024_size RENAME TO other; CREATE INDEX event_2024_size ON app.cache (value)`,
    statements: [
      'DROP INDEX "app"."other"',
      'DROP INDEX "app"."event_2024_size"',
      'CREATE INDEX "event_2024_size" ON "app"."event_2024" USING btree (size)',
    ],
  },
  {
    title: 'a foreign key that is no more what it was',
    sql: `ALTER TABLE app.loop_b DROP CONSTRAINT loop_b_a_fkey, ADD CONSTRAINT other FOREIGN KEY (a) REFERENCES app.loop_a ON DELETE CASCADE`,
    statements: [
      'ALTER TABLE "app"."loop_b" DROP CONSTRAINT "other"',
      'ALTER TABLE "app"."loop_b" ADD CONSTRAINT "loop_b_a_fkey" FOREIGN KEY (a) REFERENCES app.loop_a(id)',
    ],
  },
];

describe.for(postgresVersions())('other names on PostgreSQL $major', ({ major }) => {
  let original: Original;
  beforeAll(async () => {
    const script = await readFile(join(import.meta.dirname, 'schema-relations.sql'), 'utf8');
    original = await originalOf(major, script, ['relations_app', 'relations_admin']);
  });
  afterAll(() => original[Symbol.asyncDispose]());

  it.for(renames)('are given back: $title', async ({ sql, statements }) => {
    await using copy = await original.trial();
    await copy.run(sql);
    const there = await copy.read();
    const mends = mending(original.schema, there);
    expect(mends).toEqual(statements);
    await copy.run(...mends);
    expect(inWords(compareSchemas(original.schema, await copy.read()))).toEqual([]);
  });
});
