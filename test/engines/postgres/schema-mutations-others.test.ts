import { beforeAll, describe, expect, it } from 'vitest';
import { alikeSchemas } from '../../../src/engines/postgres/schema/alike.ts';
import { compareSchemas } from '../../../src/schema/compare.ts';
import { postgresVersions } from '../../support/postgres.ts';
import { inWords, mending, type Original, originalOf } from './schema-mutating.ts';
import { baseSql } from './schema-others-base.ts';
import { controls, mutations } from './schema-others-cases.ts';

const roles = ['others_owner', 'others_reader'];
const shirtsSql = 'SELECT shirts::text FROM app.shirts ORDER BY id';

describe.for(postgresVersions())('other objects on PostgreSQL $major', ({ major }) => {
  let original: Original;
  beforeAll(async () => {
    original = await originalOf(major, baseSql, roles);
  });

  it.for(controls)('finds nothing where $title', async ({ sql }) => {
    await using copy = await original.trial();
    await copy.run(sql);
    expect(inWords(compareSchemas(original.schema, await copy.read()))).toEqual([]);
  });

  it.for(mutations)('finds and mends that $title', async ({ sql, differences }) => {
    await using copy = await original.trial();
    await copy.run(sql);
    const mutated = await copy.read();
    expect(inWords(compareSchemas(original.schema, mutated))).toEqual(differences);
    expect(JSON.stringify(mutated)).not.toContain('not-to-be-read');
    const shirts = await copy.session.query(shirtsSql);
    await copy.run(...mending(original.schema, mutated));
    expect(inWords(compareSchemas(original.schema, await copy.read()))).toEqual([]);
    expect(await copy.session.query(shirtsSql)).toEqual(shirts);
  });

  it('is the same to a role that may not see the options of a user mapping', async () => {
    await using copy = await original.trial();
    await copy.run('SET LOCAL ROLE others_owner');
    const seen = await copy.read();
    expect(inWords(compareSchemas(original.schema, seen))).toEqual([
      'changed user mapping PUBLIC SERVER others_server: options',
      'changed user mapping others_reader SERVER others_server: options',
    ]);
    expect(inWords(compareSchemas(...alikeSchemas(original.schema, seen)))).toEqual([]);
    await copy.run('SET LOCAL ROLE others_reader');
    expect(inWords(compareSchemas(...alikeSchemas(original.schema, await copy.read())))).toEqual(
      [],
    );
  });

  it('makes the same schema by its dump', async () => {
    await using empty = await original.copy('empty');
    await empty.run('SET check_function_bodies = off');
    await empty.run(...mending(original.schema, await empty.read()));
    // As its note says, by hand.
    await empty.run(
      "ALTER USER MAPPING FOR others_reader SERVER others_server OPTIONS (ADD password 'p')",
    );
    expect(inWords(compareSchemas(original.schema, await empty.read()))).toEqual([]);
  });
});

it('is the same schema on each version', async () => {
  const schemas = await Promise.all(
    postgresVersions().map(async ({ major }) => (await originalOf(major, baseSql, roles)).schema),
  );
  const [older, newer] = schemas;
  if (!older || !newer) throw new Error('two versions are wanted');
  expect(inWords(compareSchemas(...alikeSchemas(older, newer)))).toEqual([]);
});
