import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareSchemas } from '../../../src/schema/compare.ts';
import { postgresVersions } from '../../support/postgres.ts';
import { mutations } from './relation-mutations.ts';
import { inWords, mending, type Original, originalOf } from './schema-mutating.ts';

const roles = ['relations_app', 'relations_admin'];

describe.for(postgresVersions())('relations on PostgreSQL $major', ({ major }) => {
  let original: Original;
  beforeAll(async () => {
    const script = await readFile(join(import.meta.dirname, 'schema-relations.sql'), 'utf8');
    original = await originalOf(major, script, roles);
  });
  afterAll(() => original[Symbol.asyncDispose]());

  it.for(mutations.filter(({ since = 0 }) => major >= since))(
    'finds and mends that $title',
    async ({ sql, found }) => {
      await using copy = await original.trial();
      await copy.run(sql);
      const mutated = await copy.read();
      const differences = compareSchemas(original.schema, mutated);
      expect(inWords(differences).toSorted()).toEqual(found.toSorted());
      await copy.run(...mending(original.schema, mutated));
      expect(inWords(compareSchemas(original.schema, await copy.read()))).toEqual([]);
    },
  );
});
