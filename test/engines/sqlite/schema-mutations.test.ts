import { expect, test } from 'vitest';
import { database, type Db, differencesOf, expectMended, rows } from './schema-bench.ts';
import { type Mutation, mutations } from './schema-mutations.ts';
import { shop } from './schema-shop.ts';

function mutated({ sql = [], instead }: Mutation): Db {
  if (!instead) return database(...shop, ...sql);
  const [from, to] = instead;
  const written = shop.map((each) => each.replace(from, to));
  expect(written.join()).not.toBe(shop.join());
  // Rows of the one need not fit into the other.
  const db = database('PRAGMA foreign_keys = OFF', ...written);
  db.pragma('foreign_keys = ON');
  return db;
}

const tables = ['customer', 'product', 'purchase', 'log', 'setting', 'search'];

function contents(db: Db): unknown {
  const columns = { customer: 'rowid, id, email, name, born, age', log: 'rowid, line, at' };
  return tables.map((table) => {
    const list = columns[table as keyof typeof columns] ?? '*';
    return rows(db, `SELECT ${list} FROM ${table}`);
  });
}

const known = new Map(mutations.map((mutation) => [mutation.name, mutation]));

test.each([...known.keys()])('%s', async (name) => {
  const mutation = known.get(name) as Mutation;
  const expected = database(...shop);
  const actual = mutated(mutation);
  expect(differencesOf(expected, actual)).toEqual(mutation.finds);
  await expectMended(expected, actual);
  expect(actual.pragma('foreign_key_check')).toEqual([]);
  expect(mutation.losesRows === true || contents(actual)).toEqual(
    mutation.losesRows === true || contents(expected),
  );
});
