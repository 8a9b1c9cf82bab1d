import { chmod, chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { Client } from 'pg';
import { expect } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { serverUser } from '../support/os-user.ts';
import { runPgBouncer, type RunningPgBouncer } from '../support/pgbouncer.ts';
import { password, superuser, type PostgresServer } from '../support/postgres-server.ts';
import type { Project } from '../support/project.ts';

const lookupPassword = 'looks up';
const appPassword = 'of the app';

/** A PgBouncer that runs with a configuration that `pool config` wrote. */
export interface Configured extends RunningPgBouncer {
  readonly port: number;
  /** A connection of the application's role through it. */
  connect(): Promise<Client>;
  /** The URL of its console, for the role that may look. */
  readonly console: string;
}

/**
 * Does what the output of `pool config` says: the SQL in the database, a password for the role, a
 * userlist.txt beside the configuration; then starts PgBouncer as another user.
 */
export async function configured(
  work: Project,
  server: PostgresServer,
  { database, options = [] }: { database: string; options?: readonly string[] },
): Promise<Configured> {
  const port = await freePort();
  const folder = join(work.path, 'pooler');
  await mkdir(folder);
  const listen = ['--out', 'pooler/pgbouncer.ini', '--listen', `127.0.0.1:${port}`];
  const made = await work.run(['pool', 'config', ...listen, ...options]);
  expect(made.stderr + made.stdout).toContain('written');
  expect(made.exitCode).toBe(0);

  await execa(
    join(server.bin, 'psql'),
    [
      ...['-XqAt', '-v', 'ON_ERROR_STOP=1', '-h', server.socketFolder, '-p', String(server.port)],
      ...['-U', superuser, '-d', database, '-f', join(folder, 'pgbouncer-auth.sql')],
    ],
    { env: { PGPASSWORD: password } },
  );
  await server.psql(`
    alter role pgbouncer password '${lookupPassword}';
    do $$ begin
      if not exists (select from pg_roles where rolname = 'app_of_pool') then
        create role app_of_pool login password '${appPassword}';
      end if;
    end $$`);
  await writeFile(join(folder, 'userlist.txt'), `"pgbouncer" "${lookupPassword}"\n`);
  // As /etc/pgbouncer is: PgBouncer's user gets there.
  await chmod(work.path, 0o755);
  const { uid, gid } = serverUser();
  for (const path of [folder, ...(await readdir(folder)).map((name) => join(folder, name))])
    await chown(path, uid, gid);
  const running = await runPgBouncer(join(folder, 'pgbouncer.ini'), port);
  return {
    ...running,
    port,
    console: `postgres://pgbouncer:${encodeURIComponent(lookupPassword)}@127.0.0.1:${port}/pgbouncer`,
    async connect() {
      const client = new Client({
        ...{ host: '127.0.0.1', port, database, user: 'app_of_pool', password: appPassword },
      });
      client.on('error', () => {});
      await client.connect();
      return client;
    },
  };
}

/** A check of a document of `health pool`. */
export interface PoolCheckShown {
  readonly id: string;
  readonly status: string;
  readonly summary: string;
  readonly value: number | null;
  readonly hint: string | null;
}
