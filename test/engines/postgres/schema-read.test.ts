import { rejection } from '../../support/rejection.ts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Schema } from '../../../src/engines/schema.ts';
import { compareSchemas } from '../../../src/schema/compare.ts';
import { postgresVersions } from '../../support/postgres.ts';
import { opened } from './connecting.ts';
import { runner, step } from './migrating.ts';
import { inWords, mending, type Original, originalOf, readSchema } from './schema-mutating.ts';

const roles = ['relations_app', 'relations_admin'];

/** What must not be found to be a difference. */
const controls: readonly (readonly [title: string, sql: string])[] = [
  [
    'a rename there and back',
    'ALTER TABLE app.customer RENAME TO c; ALTER TABLE app.c RENAME COLUMN name TO n; ALTER TABLE app.c RENAME COLUMN n TO name; ALTER TABLE app.c RENAME TO customer',
  ],
  ['ANALYZE', 'ANALYZE'],
  ['a GRANT to the owner', 'GRANT ALL ON app.cache TO CURRENT_USER'],
  [
    'a GRANT that is revoked again',
    'GRANT SELECT ON app.cache TO relations_app; REVOKE SELECT ON app.cache FROM relations_app; GRANT SELECT (key) ON app.cache TO PUBLIC; REVOKE SELECT (key) ON app.cache FROM PUBLIC',
  ],
  [
    'the last column dropped and added',
    'ALTER TABLE app.cache DROP COLUMN value; ALTER TABLE app.cache ADD COLUMN value jsonb',
  ],
  ['a sequence that counts', "SELECT nextval('app.ticket')"],
  ['rows', "INSERT INTO app.cache VALUES ('a', '1')"],
  ['an index built anew', 'REINDEX INDEX app.customer_name'],
  ['a table of the session', 'CREATE TEMPORARY TABLE t (id serial PRIMARY KEY)'],
  [
    'an owner there and back',
    'ALTER TABLE app.cache OWNER TO relations_admin; ALTER TABLE app.cache OWNER TO CURRENT_USER',
  ],
  [
    'NOT NULL there and back',
    'ALTER TABLE app.event ALTER COLUMN size SET NOT NULL; ALTER TABLE app.event ALTER COLUMN size DROP NOT NULL',
  ],
];

const script = await readFile(join(import.meta.dirname, 'schema-relations.sql'), 'utf8');

describe.for(postgresVersions())('the schema of PostgreSQL $major', ({ major }) => {
  let original: Original;
  beforeAll(async () => {
    original = await originalOf(major, script, roles);
  });
  afterAll(() => original[Symbol.asyncDispose]());

  it.for(controls)('does not change by %s', async ([, sql]) => {
    await using copy = await original.trial();
    await copy.run(sql);
    expect(inWords(compareSchemas(original.schema, await copy.read()))).toEqual([]);
  });

  it('can be made anew in an empty database', async () => {
    await using copy = await original.copy('empty');
    await copy.run(...mending(original.schema, await copy.read()));
    expect(inWords(compareSchemas(original.schema, await copy.read()))).toEqual([]);
  });

  it('can be taken away from a database that should be empty', async () => {
    await using empty = await original.copy('empty');
    await using copy = await original.copy();
    const wanted = await empty.read();
    await copy.run(...mending(wanted, await copy.read()));
    expect(inWords(compareSchemas(wanted, await copy.read()))).toEqual([]);
  });

  it('leaves out the ledger, also one in a schema of its own', async () => {
    await using copy = await original.copy();
    for (const ledgerTable of ['jem_db_migrations', 'app.Ledger']) {
      await using one = await runner(copy.url, { ledgerTable });
      await one.alone(() => one.migrations.apply(step('1', 'SELECT 1')));
      const signal = new AbortController().signal;
      const schema = await one.session.schema({ ledgerTable, signal });
      const differences = inWords(compareSchemas(original.schema, schema));
      expect(
        differences.filter((words) => words.includes(ledgerTable.replace('app.', ''))),
      ).toEqual([]);
    }
  });

  it('is read inside an open transaction, which goes on', async () => {
    await using copy = await original.trial();
    await copy.run("SET LOCAL search_path = 'app'", 'CREATE TABLE inner_one (id integer)');
    const schema = await copy.read();
    expect(inWords(compareSchemas(original.schema, schema))).toEqual([
      'unexpected column app.inner_one.id',
      'unexpected table app.inner_one',
    ]);
    await copy.run('INSERT INTO inner_one VALUES (1)');
    const { rows } = await copy.session.client.query('SHOW lock_timeout');
    expect(rows).toEqual([{ lock_timeout: '0' }]);
  });

  it('is read by a role that may only connect', async () => {
    await using copy = await original.copy();
    const role = `reader_${major}_${process.pid}`;
    await copy.run(
      `CREATE ROLE ${role} LOGIN PASSWORD 'x'`,
      'CREATE SCHEMA private; CREATE TABLE private.jem_db_migrations (id integer)',
      'REVOKE ALL ON SCHEMA public FROM PUBLIC',
    );
    const all = await copy.read();
    const as = new URL(copy.url);
    as.username = role;
    as.password = 'x';
    await using reader = await opened(as.href);
    const seen = await readSchema(reader);
    await copy.run(`DROP ROLE ${role}`);
    expect(inWords(compareSchemas(all, seen))).toEqual([]);
  });

  it('says within a moment who is changing a table', async () => {
    await using copy = await original.copy();
    const other = new Client({ connectionString: copy.url, application_name: 'the migration' });
    await other.connect();
    await other.query('BEGIN; LOCK TABLE app.customer IN ACCESS EXCLUSIVE MODE');
    const began = performance.now();
    const error = await rejection(copy.read());
    const took = performance.now() - began;
    await other.query('ROLLBACK');
    await other.end();
    expect(error).toMatchObject({
      code: 'lock-timeout',
      details: { why: expect.stringContaining('the migration') },
    });
    expect(took).toBeLessThan(5000);
    expect(inWords(compareSchemas(original.schema, await copy.read()))).toEqual([]);
  });

  it('does not break an open transaction where it cannot be read', async () => {
    await using copy = await original.copy();
    const other = new Client({ connectionString: copy.url });
    await other.connect();
    await other.query('BEGIN; LOCK TABLE app.customer IN ACCESS EXCLUSIVE MODE');
    await copy.run('BEGIN', 'CREATE TABLE app.mine (id integer)');
    expect(await rejection(copy.read())).toMatchObject({ code: 'lock-timeout' });
    await copy.run('INSERT INTO app.mine VALUES (1)', 'COMMIT');
    await other.query('ROLLBACK');
    await other.end();
  });

  it('is read without waiting where a table that is locked has nothing to print', async () => {
    await using copy = await original.copy();
    const other = new Client({ connectionString: copy.url });
    await other.connect();
    await other.query('BEGIN; LOCK TABLE app.cache IN ACCESS EXCLUSIVE MODE');
    expect(inWords(compareSchemas(original.schema, await copy.read()))).toEqual([]);
    await other.query('ROLLBACK');
    await other.end();
  });
});

it('is the same on two majors', async () => {
  const schemas: Schema[] = [];
  for (const { major } of postgresVersions()) {
    await using original = await originalOf(major, script, roles);
    schemas.push(original.schema);
  }
  const [first, last] = [schemas[0], schemas.at(-1)];
  if (!first || !last) throw new Error('no server');
  expect(inWords(compareSchemas(first, last))).toEqual([]);
  expect(first.objects.map(({ dependsOn }) => dependsOn)).toEqual(
    last.objects.map(({ dependsOn }) => dependsOn),
  );
});
