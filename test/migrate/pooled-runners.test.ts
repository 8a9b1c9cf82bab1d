import { describe, expect, it } from 'vitest';
import { openedPostgres, type TestDatabase } from '../support/databases.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { postgresVersions, sharedPostgres } from '../support/postgres.ts';
import { project, type Project } from '../support/project.ts';
import { until } from '../support/until.ts';

const tables = (count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => String(n + 1).padStart(4, '0')).flatMap((name) => [
      [`${name}_t.up.sql`, `create table t${name} (n integer); select pg_sleep(0.02);`],
      [`${name}_t.down.sql`, `drop table t${name}; select pg_sleep(0.02);`],
    ]),
  );

async function names(database: TestDatabase): Promise<unknown[]> {
  const rows = await database.sql('select name from jem_db_migrations order by name');
  return rows.map(({ name }) => name);
}

/** What the ledger may hold at any time: the first so many, and nothing else. */
function firstOf(found: readonly unknown[]): string[] {
  return found.map((_, n) => `${String(n + 1).padStart(4, '0')}_t`);
}

async function works(database: TestDatabase): Promise<void> {
  await until('a run to work', async () => (await names(database)).length > 15);
}

/** Stops a run so that it stands between two of its transactions. */
async function standStill(run: ReturnType<Project['start']>, database: TestDatabase) {
  const states = async () => {
    const rows = await database.sql(
      'select state from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null',
    );
    return rows.map(({ state }) => state);
  };
  await until('the run to stand still', async () => {
    run.kill('SIGSTOP');
    await until('what it sent to end', async () => !(await states()).includes('active'));
    if ((await states()).length === 0) return true;
    run.kill('SIGCONT');
    return false;
  });
}

describe.each(postgresVersions())('runs through a pooler on PostgreSQL $major', ({ major }) => {
  const prepared = async (): Promise<
    AsyncDisposable & { database: TestDatabase; pooled: string; work: Project }
  > => {
    const server = await sharedPostgres(major);
    const database = await openedPostgres(await server.createDatabase());
    const pooler = await startPgBouncer(server, { poolMode: 'transaction' });
    const pooled = pooler.url(new URL(database.url).pathname.slice(1));
    const work = await project(tables(30), pooled);
    await work.run(['migrate', 'up', '--to', '15', '-d', database.url]);
    return {
      database,
      pooled,
      work,
      [Symbol.asyncDispose]: async () => {
        await work[Symbol.asyncDispose]();
        await pooler[Symbol.asyncDispose]();
        await database[Symbol.asyncDispose]();
      },
    };
  };

  it.each([
    ['both pooled', 'pooled', 'pooled'],
    ['the second direct', 'pooled', 'direct'],
    ['the first direct', 'direct', 'pooled'],
  ] as const)(
    'up and down to 0 at the same time, %s: one after the other, or refused',
    async (_title, first, second) => {
      await using scene = await prepared();
      const { work, database, pooled } = scene;
      const urls = { pooled, direct: database.url };
      const [up, down] = await Promise.all([
        work.run(['migrate', 'up', '--json', '-d', urls[first]]),
        work.run(['migrate', 'down', '--to', '0', '--yes', '--json', '-d', urls[second]]),
      ]);
      const left = await names(database);
      expect(left).toEqual(firstOf(left));
      expect(await database.tables()).toEqual(left.map((name) => `t${String(name).slice(0, 4)}`));
      // Whole runs only: everything up, or everything down, or a run that was refused at its start.
      expect([0, 15, 30]).toContain(left.length);
      for (const { exitCode, stdout } of [up, down].filter((run) => run.exitCode !== 0)) {
        expect(exitCode).toBe(3);
        expect(JSON.parse(stdout).error.code).toBe('runner-busy');
      }
      expect([up, down].some(({ exitCode }) => exitCode === 0)).toBe(true);
    },
  );

  it('another waits until the whole run is over, and is told for whom', async () => {
    await using scene = await prepared();
    const { work, database } = scene;
    const first = work.start(['migrate', 'up', '--json']);
    await works(database);
    const second = await work.run(['migrate', 'up', '--json']);
    expect((await first).exitCode).toBe(0);
    expect(second.exitCode).toBe(0);
    expect(second.stderr).toMatch(/waiting for it: process \d+ on [^]+through a pooler/);
    expect(second.json().result).toMatchObject({ applied: [] });
    const direct = await work.run(['migrate', 'status', '--check', '-d', database.url]);
    expect(direct.exitCode).toBe(0);
  });

  it('one that was killed is waited for only as long as its lease lasts', async () => {
    await using scene = await prepared();
    const { work, database } = scene;
    const first = work.start(['migrate', 'up']);
    await works(database);
    first.kill('SIGKILL');
    await first;
    const refused = await work.run(['migrate', 'up', '--json', '--runner-timeout', '100ms']);
    expect([refused.exitCode, refused.json().error?.['code']]).toEqual([3, 'runner-busy']);
    await database.sql("update jem_db_migrations_runner set expires = now() - interval '1 s'");
    const next = await work.run(['migrate', 'up', '--json', '--runner-timeout', '2s']);
    expect(next.exitCode).toBe(0);
    expect((await names(database)).length).toBe(30);
  });

  it.each(['pooled', 'direct'] as const)(
    'one that was silent for too long does nothing more when a %s one came meanwhile',
    async (other) => {
      await using scene = await prepared();
      const { work, database, pooled } = scene;
      const first = work.start(['migrate', 'up', '--json']);
      await works(database);
      await standStill(first, database);
      await database.sql("update jem_db_migrations_runner set expires = now() - interval '1 s'");
      const url = other === 'pooled' ? pooled : database.url;
      const down = await work.run(['migrate', 'down', '--to', '15', '--yes', '-d', url]);
      expect(down.exitCode).toBe(0);
      first.kill('SIGCONT');
      const { exitCode, stdout } = await first;
      expect(exitCode).toBe(3);
      expect(JSON.parse(stdout).error.code).toBe('runner-busy');
      expect((await names(database)).length).toBe(15);
      expect((await database.tables()).length).toBe(15);
    },
  );
});
