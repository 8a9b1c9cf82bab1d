import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Client } from 'pg';
import { temporaryFolder } from './folders.ts';
import { postgresVersions, sharedPostgres } from './postgres.ts';

type TestRow = Record<string, unknown>;

/** A database of one test's own, looked at without jem-db. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  sql(statement: string): Promise<TestRow[]>;
  /** Names of the user's tables, the ledger left out, sorted. */
  tables(): Promise<string[]>;
}

export interface TestEngine {
  readonly title: string;
  readonly engine: 'sqlite' | 'postgres';
  create(): Promise<TestDatabase>;
}

export const sqliteEngine: TestEngine = {
  title: 'SQLite',
  engine: 'sqlite',
  create: sqliteDatabase,
};

/** Every engine that the contract suites run over: a third engine is a row here. */
export function testEngines(): TestEngine[] {
  const servers = postgresVersions().map(({ major }): TestEngine => ({
    title: `PostgreSQL ${major}`,
    engine: 'postgres',
    create: () => postgresDatabase(major),
  }));
  return [sqliteEngine, ...servers];
}

async function sqliteDatabase(): Promise<TestDatabase> {
  const folder = await temporaryFolder();
  const url = join(folder.path, 'app.db');
  const sql = async (statement: string): Promise<TestRow[]> => {
    const database = new Database(url);
    try {
      const prepared = database.prepare<[], TestRow>(statement);
      if (prepared.reader) return prepared.all();
      prepared.run();
      return [];
    } finally {
      database.close();
    }
  };
  return {
    url,
    sql,
    tables: async () =>
      names(
        await sql(
          "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name not like 'jem_db_migrations%' order by name",
        ),
      ),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function postgresDatabase(major: number): Promise<TestDatabase> {
  const server = await sharedPostgres(major);
  const url = await server.createDatabase();
  return openedPostgres(url);
}

/** A PostgreSQL database that is there already, as a TestDatabase. */
export async function openedPostgres(url: string): Promise<TestDatabase> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  const sql = async (statement: string): Promise<TestRow[]> =>
    (await client.query<TestRow>(statement)).rows;
  return {
    url,
    sql,
    tables: async () =>
      names(
        await sql(
          "select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'jem_db_migrations%' order by 1",
        ),
      ),
    [Symbol.asyncDispose]: () => client.end(),
  };
}

function names(rows: TestRow[]): string[] {
  return rows.map((row) => String(row['name']));
}
