import { beforeAll, describe, expect, it } from 'vitest';
import { alikeSchemas } from '../../../src/engines/postgres/schema/alike.ts';
import type { Schema } from '../../../src/engines/schema.ts';
import { compareSchemas } from '../../../src/schema/compare.ts';
import { postgresVersions } from '../../support/postgres.ts';
import { inWords, mending, type Original, originalOf } from './schema-mutating.ts';

/** No connection is made; a database with a subscription cannot be dropped, so each is rolled back. */
const baseSql = `
CREATE SUBSCRIPTION orders CONNECTION 'host=h password=not-to-be-read' PUBLICATION b, "A a"
  WITH (connect = false, slot_name = 'orders_slot', binary = true, streaming = off);
ALTER SUBSCRIPTION orders ENABLE;
COMMENT ON SUBSCRIPTION orders IS 'from the shop'`;
const alter = 'ALTER SUBSCRIPTION orders';

const mutations = [
  {
    title: 'it is disabled',
    sql: `${alter} DISABLE`,
    found: ['changed subscription orders: enabled'],
  },
  {
    title: 'it has other publications',
    sql: `${alter} SET PUBLICATION b, c WITH (refresh = false)`,
    found: ['changed subscription orders: publications'],
  },
  {
    title: 'it has other parameters',
    sql: `${alter} SET (synchronous_commit = 'local', binary = false, streaming = on, disable_on_error = true)`,
    found: ['changed subscription orders: synchronousCommit, binary, streaming, disableOnError'],
  },
  {
    title: 'it has parameters of PostgreSQL 16',
    sql: `${alter} SET (password_required = false, run_as_owner = true, origin = none)`,
    found: ['changed subscription orders: passwordRequired, runAsOwner, origin'],
    since: 16,
  },
  {
    title: 'it has no slot',
    sql: `${alter} DISABLE; ${alter} SET (slot_name = NONE)`,
    found: ['changed subscription orders: enabled, slotName'],
  },
  {
    title: 'it has another owner and comment',
    sql: `COMMENT ON SUBSCRIPTION orders IS NULL; ${alter} OWNER TO subscriptions_owner`,
    found: ['changed subscription orders: owner, comment'],
  },
  {
    title: 'there is one too many',
    sql: `CREATE SUBSCRIPTION more CONNECTION '' PUBLICATION b WITH (connect = false); ALTER SUBSCRIPTION more ENABLE`,
    found: ['unexpected subscription more'],
  },
];

const makeOwner = `DO $$ BEGIN CREATE ROLE subscriptions_owner SUPERUSER; EXCEPTION WHEN duplicate_object THEN NULL; END $$`;

describe.for(postgresVersions())('subscriptions of PostgreSQL $major', ({ major }) => {
  let original: Original;
  beforeAll(async () => {
    original = await originalOf(major, makeOwner, []);
    return () => original[Symbol.asyncDispose]();
  });

  it.for(mutations.filter(({ since = 0 }) => major >= since))(
    'are found and mended where $title',
    async ({ sql, found }) => {
      await using copy = await original.trial();
      await copy.run(baseSql);
      const expected = await copy.read();
      await copy.run(sql);
      const mutated = await copy.read();
      expect(inWords(compareSchemas(expected, mutated))).toEqual(found);
      expect(JSON.stringify(mutated)).not.toContain('not-to-be-read');
      await copy.run(...mending(expected, mutated));
      expect(inWords(compareSchemas(expected, await copy.read()))).toEqual([]);
    },
  );

  it('are made without their connection, and rest until it is set', async () => {
    await using copy = await original.trial();
    await copy.run(baseSql);
    const expected = await copy.read();
    await copy.run(`${alter} DISABLE`, `${alter} SET (slot_name = NONE)`);
    await copy.run('DROP SUBSCRIPTION orders');
    await copy.run(...mending(expected, original.schema));
    const made = await copy.read();
    expect(inWords(compareSchemas(expected, made))).toEqual([
      'changed subscription orders: enabled',
    ]);
    await copy.run(...mending(expected, made));
    expect(inWords(compareSchemas(expected, await copy.read()))).toEqual([]);
  });

  it('are read by a role that may not see their connections', async () => {
    await using copy = await original.trial();
    await copy.run(baseSql);
    const expected = await copy.read();
    await copy.run('SET LOCAL ROLE pg_monitor');
    expect(inWords(compareSchemas(expected, await copy.read()))).toEqual([]);
  });
});

it('is the same subscription on each version', async () => {
  const schemas: Schema[] = [];
  for (const { major } of postgresVersions()) {
    await using original = await originalOf(major, makeOwner, []);
    await using copy = await original.trial();
    await copy.run(baseSql.replace(', streaming = off', ''));
    schemas.push(await copy.read());
  }
  const [older, newer] = [schemas[0], schemas.at(-1)];
  if (!older || !newer) throw new Error('no server');
  expect(inWords(compareSchemas(...alikeSchemas(older, newer)))).toEqual([]);
});
