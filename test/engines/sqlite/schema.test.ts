import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  emptySchema,
  database,
  type Db,
  differencesOf,
  expectMended,
  mendsFor,
  run,
  schemaOf,
} from './schema-bench.ts';
import { schemaStatements } from './schema-arbitrary.ts';
import { catalogView, schemaView } from './schema-catalog.ts';
import { shop } from './schema-shop.ts';

/** Null where SQLite itself refuses these statements. */
function tryDatabase(statements: readonly string[]): Db | null {
  try {
    return database(...statements);
  } catch {
    return null;
  }
}

async function replayed(db: Db): Promise<Db> {
  const other = database();
  run(other, await mendsFor(schemaOf(db), emptySchema));
  return other;
}

test('a whole schema is dumped, replayed and equal', async () => {
  const db = database(...shop);
  const again = await replayed(db);
  expect(differencesOf(db, again)).toEqual([]);
  expect(schemaOf(again)).toEqual(schemaOf(db));
});

test('any schema is dumped, replayed and equal, and is what SQLite says', async () => {
  let tried = 0;
  await fc.assert(
    fc.asyncProperty(schemaStatements, async (statements) => {
      const db = tryDatabase(statements);
      fc.pre(db !== null);
      tried++;
      const schema = schemaOf(db);
      expect(schemaView(schema)).toEqual(catalogView(db, schema));
      expect(schemaOf(await replayed(db))).toEqual(schema);
    }),
    { numRuns: 150 },
  );
  expect(tried).toBeGreaterThan(100);
});

test('any schema is made into any other', async () => {
  await fc.assert(
    fc.asyncProperty(schemaStatements, schemaStatements, async (one, other) => {
      const [expected, actual] = [tryDatabase(one), tryDatabase(other)];
      fc.pre(expected !== null && actual !== null);
      await expectMended(expected, actual);
    }),
    { numRuns: 100 },
  );
});
