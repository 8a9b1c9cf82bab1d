import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import { type CliOptions, type CliResult, jemDb, startJemDb } from './cli.ts';
import { temporaryFolder } from './folders.ts';

type RunOptions = Omit<CliOptions, 'cwd'>;

/** A working directory with a `migrations` folder, and the command line run inside it. */
export interface Project extends AsyncDisposable {
  readonly path: string;
  run(args: readonly string[], options?: RunOptions): Promise<CliResult>;
  start(args: readonly string[], options?: RunOptions): ReturnType<typeof startJemDb>;
  /** Writes files below the working directory, folders made as needed. */
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  remove(file: string): Promise<void>;
  move(from: string, to: string): Promise<void>;
}

/** Files are named from `migrations/`; give `database` to name it in the environment. */
export async function project(
  migrations: Readonly<Record<string, string | Uint8Array>> = {},
  database?: string,
): Promise<Project> {
  const folder = await temporaryFolder();
  const at = (file: string): string => join(folder.path, file);
  const withDatabase = (options: RunOptions = {}): CliOptions => ({
    ...options,
    cwd: folder.path,
    env: { ...surroundings(database), ...options.env },
  });
  const made: Project = {
    path: folder.path,
    run: (args, options) => jemDb(args, withDatabase(options)),
    start: (args, options) => startJemDb(args, withDatabase(options)),
    async write(files) {
      for (const [file, content] of Object.entries(files)) {
        await mkdir(dirname(at(file)), { recursive: true });
        await writeFile(at(file), content);
      }
    },
    remove: (file) => rm(at(file), { recursive: true }),
    move: (from, to) => rename(at(from), at(to)),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
  await mkdir(at('migrations'), { recursive: true });
  await made.write(
    Object.fromEntries(
      Object.entries(migrations).map(([file, text]) => [`migrations/${file}`, text]),
    ),
  );
  return made;
}

/** The database, the programs of its server, and a cache that the tests of one run share. */
function surroundings(database: string | undefined): Record<string, string> {
  const server = inject('sharedServers').find(({ port }) => database?.includes(`:${port}/`));
  return {
    XDG_CACHE_HOME: join(inject('runFolder'), 'cache'),
    ...(database !== undefined && { DATABASE_URL: database }),
    ...(server && { JEM_DB_POSTGRES_BIN: server.bin }),
  };
}

/** Two small migrations with their ways down, in SQL that both engines read. */
export const twoMigrations = {
  '0001_users.up.sql': 'create table users (id integer primary key, name text not null);\n',
  '0001_users.down.sql': 'drop table users;\n',
  '0002_notes.up.sql':
    'create table notes (id integer primary key, user_id integer references users (id));\ncreate index notes_user on notes (user_id);\n',
  '0002_notes.down.sql': 'drop table notes;\n',
};
