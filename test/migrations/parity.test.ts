import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from './databases.ts';

/** Questions to a catalog, each answered by one column called `text`. */
interface Catalogue {
  /** `table.column required|optional [default]` */
  readonly columns: string;
  /** The definitions of the tables, with the names of their constraints. */
  readonly constraints: string;
  readonly indexes: string;
  /** `table.column` of the first column of every foreign key. */
  readonly foreignKeys: string;
  /** `table.column` of the first column of every index. */
  readonly indexed: string;
}

const sqliteTables = `(
  SELECT name, sql FROM sqlite_schema
  WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'jem_db_migrations%') AS t`;

const sqlite: Catalogue = {
  columns: `
    SELECT t.name || '.' || c.name || iif(c."notnull", ' required', ' optional')
      || iif(c.dflt_value IS NULL, '', ' default') AS text
    FROM ${sqliteTables}, pragma_table_info(t.name) AS c`,
  constraints: `SELECT sql AS text FROM ${sqliteTables}`,
  indexes: `
    SELECT i.name AS text FROM ${sqliteTables}, pragma_index_list(t.name) AS i WHERE i.origin = 'c'`,
  foreignKeys: `
    SELECT t.name || '.' || f."from" AS text
    FROM ${sqliteTables}, pragma_foreign_key_list(t.name) AS f WHERE f.seq = 0`,
  indexed: `
    SELECT t.name || '.' || coalesce(c.name, '') AS text
    FROM ${sqliteTables}, pragma_index_list(t.name) AS i, pragma_index_info(i.name) AS c
    WHERE c.seqno = 0`,
};

const ours = `connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'jem_db_migrations%'`;

const postgres: Catalogue = {
  columns: `
    SELECT table_name || '.' || column_name
      || CASE is_nullable WHEN 'NO' THEN ' required' ELSE ' optional' END
      || CASE WHEN column_default IS NULL THEN '' ELSE ' default' END AS text
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name NOT LIKE 'jem_db_migrations%'`,
  // From 18 on NOT NULL is a constraint as well, with a name of the server's.
  constraints: `
    SELECT 'CONSTRAINT ' || conname AS text FROM pg_constraint WHERE contype <> 'n' AND ${ours}`,
  indexes: `
    SELECT indexrelid::regclass::text AS text FROM pg_index
    WHERE indrelid::regclass::text NOT LIKE 'jem_db_migrations%'
      AND indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
      AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)`,
  foreignKeys: `
    SELECT conrelid::regclass || '.' || attname AS text
    FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE contype = 'f' AND ${ours}`,
  indexed: `
    SELECT indrelid::regclass || '.' || attname AS text
    FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]`,
};

/** What SQLite's few types cannot say is said by further constraints there. */
const onlySqlite = [
  /_times_check$/,
  /^(users|projects|document_versions|agent_executions|exports)_id_check$/,
  /^agent_executions_(correlation_id|input_data|output_data)_check$/,
  /^key_value_value_check$/,
];

async function ask(database: TestDatabase, sql: string): Promise<string[]> {
  return (await database.rows(sql)).map(({ text }) => String(text)).toSorted();
}

async function constraintsOf(database: TestDatabase, sql: string): Promise<string[]> {
  const text = (await ask(database, sql)).join('\n');
  return [...text.matchAll(/CONSTRAINT (\w+)/g)].map(([, name = '']) => name).toSorted();
}

const [lite, ...servers] = engines.map((engine) => ({
  ...engine,
  catalogue: engine.major === null ? sqlite : postgres,
}));

describe.each([lite!, ...servers])('$title', ({ create, catalogue, major }) => {
  let reference: TestDatabase;
  let database: TestDatabase;
  beforeAll(async () => {
    reference = await lite!.create();
    await reference.migrate('up');
    database = await create();
    await database.migrate('up');
  });
  afterAll(async () => {
    await reference[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  test('has the columns of every engine, as required and with defaults alike', async () => {
    const columns = await ask(database, catalogue.columns);
    expect(columns.length).toBeGreaterThan(50);
    expect(columns).toEqual(await ask(reference, sqlite.columns));
  });

  test('has the constraints of every engine under the same names', async () => {
    const expected = await constraintsOf(reference, sqlite.constraints);
    const own = expected.filter(
      (name) => major === null || !onlySqlite.some((one) => one.test(name)),
    );
    expect(await constraintsOf(database, catalogue.constraints)).toEqual(own);
  });

  test('has the indexes of every engine, and one over JSON where the engine can', async () => {
    const indexes = await ask(database, catalogue.indexes);
    const shared = indexes.filter((name) => name !== 'records_data_index');
    expect(shared).toEqual(await ask(reference, sqlite.indexes));
    expect(indexes.length - shared.length).toBe(major === null ? 0 : 1);
  });

  test('every constraint and index is named for what it is', async () => {
    for (const name of await constraintsOf(database, catalogue.constraints))
      expect(name).toMatch(/_(pk|fk|unique|check)$/);
    for (const name of await ask(database, catalogue.indexes))
      expect(name).toMatch(/_(unique|index)$/);
  });

  test('every foreign key is indexed', async () => {
    const foreignKeys = await ask(database, catalogue.foreignKeys);
    expect(foreignKeys).toHaveLength(6);
    expect(await ask(database, catalogue.indexed)).toEqual(expect.arrayContaining(foreignKeys));
  });
});

test('SQLite leaves no constraint without a name', async () => {
  await using database = await lite!.create();
  await database.migrate('up');
  for (const sql of await ask(database, sqlite.constraints)) {
    const named = sql.match(/CONSTRAINT \w+ (PRIMARY KEY|FOREIGN KEY|UNIQUE|CHECK)/g) ?? [];
    const all = sql.match(/\b(PRIMARY KEY|FOREIGN KEY|UNIQUE|CHECK)\b/g) ?? [];
    expect(named.length).toBe(all.length);
    expect(sql).toMatch(/\) STRICT$/);
  }
});
