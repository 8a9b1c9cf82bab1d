import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { Client, DatabaseError } from 'pg';
import { jemDb } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { postgresVersions, sharedPostgres } from '../support/postgres.ts';

export type Row = Readonly<Record<string, unknown>>;

/** An application's own connection to a database. */
export interface Application {
  /** Runs one statement and returns its rows. */
  rows(sql: string): Promise<readonly Row[]>;
  /** Runs a statement that is refused; returns the constraint the error names, else its words. */
  refusal(sql: string): Promise<string>;
}

export interface TestDatabase extends Application, AsyncDisposable {
  /** Runs `jem-db migrate …` with this project's migrations; the names it applied or reverted. */
  migrate(...args: readonly string[]): Promise<readonly string[]>;
  /** Tables, indexes, functions … of the application: the ledger's are left out. */
  objects(): Promise<readonly string[]>;
}

export interface TestEngine {
  readonly title: string;
  /** Null: SQLite. */
  readonly major: number | null;
  readonly create: () => Promise<TestDatabase>;
}

const migrations = resolve(import.meta.dirname, '../../migrations');

/** Every engine and version the migrations are tested on. */
export const engines: readonly TestEngine[] = [
  { title: 'SQLite', major: null, create: createSqlite },
  ...postgresVersions().map(({ major }) => ({
    title: `PostgreSQL ${major}`,
    major,
    create: () => createPostgres(major),
  })),
];

async function createSqlite(): Promise<TestDatabase> {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'app.db');
  const database = new Database(file);
  const rows = async (sql: string) => {
    const statement = database.prepare<[], Row>(sql);
    if (statement.reader) return statement.all();
    statement.run();
    return [];
  };
  return {
    rows,
    refusal: (sql) => refusalOf(rows(sql)),
    migrate: (...args) => migrate(file, folder.path, args),
    objects: async () =>
      names(
        await rows(
          `SELECT name FROM sqlite_schema WHERE tbl_name <> 'jem_db_migrations' ORDER BY 1`,
        ),
      ),
    [Symbol.asyncDispose]: async () => {
      database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function createPostgres(major: number): Promise<TestDatabase> {
  const folder = await temporaryFolder();
  const server = await sharedPostgres(major);
  const name = `migrations_${randomBytes(6).toString('hex')}`;
  // A language's order, as databases in use mostly have one: what must not depend on it, shows.
  await server.psql(
    `CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'`,
  );
  const url = server.url(name);
  const client = new Client({ connectionString: url });
  await client.connect();
  const rows = async (sql: string) => (await client.query<Row>(sql)).rows;
  return {
    rows,
    refusal: (sql) => refusalOf(rows(sql)),
    migrate: (...args) => migrate(url, folder.path, args),
    objects: async () =>
      names(
        await rows(`
          SELECT relname AS name FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'jem_db_migrations%'
          UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
          UNION ALL SELECT polname FROM pg_policy
          UNION ALL SELECT typname FROM pg_type
            WHERE typnamespace = 'public'::regnamespace AND typname !~ '^_?jem_db_migrations'
          ORDER BY 1`),
      ),
    [Symbol.asyncDispose]: async () => {
      await client.end();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function names(rows: readonly Row[]): string[] {
  return rows.map(({ name }) => String(name));
}

interface Done {
  readonly applied?: readonly Row[];
  readonly reverted?: readonly Row[];
}

async function migrate(url: string, cwd: string, args: readonly string[]): Promise<string[]> {
  const options = ['-d', url, '--migrations', migrations, '--json'];
  const answer = await jemDb(['migrate', ...args, ...options], { cwd });
  if (answer.exitCode !== 0) throw new Error(`${answer.stdout}\n${answer.stderr}`);
  const { applied = [], reverted = [] } = answer.json<Done>().result;
  return names([...applied, ...reverted]);
}

async function refusalOf(done: Promise<unknown>): Promise<string> {
  const error = await done.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (error instanceof DatabaseError) return error.constraint ?? error.message;
  return error instanceof Error ? error.message : String(error);
}
