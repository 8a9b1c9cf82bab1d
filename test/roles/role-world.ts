import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { CliResult } from '../support/cli.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { project, type Project } from '../support/project.ts';

/** What psql made of a statement. */
export interface Said {
  readonly ok: boolean;
  /** Unaligned rows, or the error. */
  readonly text: string;
}

/** A server that logs every statement, and a working directory. */
export interface RoleWorld extends AsyncDisposable {
  readonly server: PostgresServer;
  readonly work: Project;
  /** A database of its own, with a prefix of its own: roles are the whole server's. */
  site(): Promise<Site>;
}

/** One database and its set of roles. */
export interface Site {
  readonly prefix: string;
  readonly database: string;
  /** As the superuser. */
  readonly url: string;
  /** As a role of the set, by the end of its name, with the password that was generated for it. */
  as(suffix: string): Promise<string>;
  roles(args: readonly string[], url?: string): Promise<CliResult>;
  /** Applies the set as the superuser, with generated passwords. Throws where that fails. */
  applied(args?: readonly string[]): Promise<CliResult>;
  psql(sql: string): Promise<string>;
}

let sites = 0;

export async function roleWorld(bin: string): Promise<RoleWorld> {
  const server = await startPostgres({ bin, conf: ["log_statement = 'all'"] });
  const work = await project();
  return {
    server,
    work,
    site: async () => siteIn(server, work),
    [Symbol.asyncDispose]: async () => {
      await work[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function siteIn(server: PostgresServer, work: Project): Promise<Site> {
  const url = await server.createDatabase();
  const database = url.slice(url.lastIndexOf('/') + 1);
  const prefix = `site${(sites += 1)}`;
  const roles = (args: readonly string[], as = url): Promise<CliResult> =>
    work.run(['roles', ...args, '--prefix', prefix], {
      env: { DATABASE_URL: as, JEM_DB_POSTGRES_BIN: server.bin },
    });
  return {
    ...{ prefix, database, url, roles },
    as: async (suffix) => {
      const role = `${prefix}_${suffix}`;
      const password = await readFile(join(work.path, prefix, `${role}.password`), 'utf8');
      return urlAs(server, database, role, password.trim());
    },
    applied: async (args = []) => {
      const result = await roles(['apply', '--yes', '--generate-passwords', prefix, ...args]);
      if (result.exitCode !== 0) throw new Error(result.stdout + result.stderr);
      return result;
    },
    psql: (sql) => server.psql(sql, database),
  };
}

export function urlAs(
  { port }: PostgresServer,
  database: string,
  role: string,
  password: string,
): string {
  return `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** Runs SQL by psql as whom the URL names; `ok` false where the server refused it. */
export async function says({ bin }: PostgresServer, url: string, sql: string): Promise<Said> {
  const { exitCode, stdout, stderr } = await execa(
    join(bin, 'psql'),
    ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', url],
    { input: sql, env: { PATH: process.env['PATH'] }, extendEnv: false, reject: false },
  );
  return { ok: exitCode === 0, text: exitCode === 0 ? stdout : stderr };
}

interface Deviating {
  readonly matches: boolean;
  readonly deviations: readonly { readonly message: string; readonly sql: readonly string[] }[];
}

/** What `roles verify` finds, as messages with the database's and the roles' own names cut short. */
export async function found(site: Site, url?: string): Promise<string[]> {
  const result = await site.roles(['verify', '--json'], url);
  const { deviations } = result.json<Deviating>().result;
  return deviations.map(({ message }) =>
    message.replaceAll(`${site.prefix}_`, '').replaceAll(site.database, 'DB'),
  );
}

/** The SQL that `roles verify` gives, as one script. */
export async function mending(site: Site): Promise<string> {
  const result = await site.roles(['verify', '--json']);
  const { deviations } = result.json<Deviating>().result;
  return deviations.flatMap(({ sql }) => sql.map((statement) => `${statement};\n`)).join('');
}
