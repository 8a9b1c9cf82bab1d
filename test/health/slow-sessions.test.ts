import { describe, expect, it } from 'vitest';
import type { SlowResult } from '../../src/health/slow/result.ts';
import { openedPostgres } from '../support/databases.ts';
import { postgresVersions, sharedPostgres, startPostgres } from '../support/postgres.ts';
import { project } from '../support/project.ts';
import { schemaErrors } from '../support/schema.ts';
import { until } from '../support/until.ts';

describe.each(postgresVersions())('without counters on PostgreSQL $major', ({ major }) => {
  it('sees what runs, what it waits for, and who is in the way', async () => {
    const server = await sharedPostgres(major);
    await using holder = await openedPostgres(await server.createDatabase());
    await using waiter = await openedPostgres(holder.url);
    await using sleeper = await openedPostgres(holder.url);
    await holder.sql('create table accounts (id integer primary key, owner text)');
    await holder.sql("insert into accounts values (1, 'x')");
    // There, but its library is not: reading it would fail with 55000.
    await holder.sql('create extension pg_stat_statements');
    await holder.sql("begin; update accounts set owner = 'geheim-1' where id = 1");
    const waiting = waiter.sql("update accounts set owner = 'geheim-2' where id = 1");
    const sleeping = sleeper
      .sql(
        `select 'geheim-3', count(*), pg_sleep(30) from accounts where owner in (${"'x', ".repeat(400)}'y')`,
      )
      .catch(() => {});
    // The holder would see one and the same picture all through its transaction.
    await using watcher = await openedPostgres(holder.url);
    await until('both to run', async () => {
      const [row] = await watcher.sql(
        "select count(*)::int as n from pg_stat_activity where datname = current_database() and state = 'active' and pid <> pg_backend_pid()",
      );
      return row?.['n'] === 2;
    });

    await using work = await project({}, holder.url);
    const { json, stdout, exitCode } = await work.run([
      'health',
      'slow',
      '--for',
      '500ms',
      '--json',
    ]);
    expect(schemaErrors(json())).toEqual([]);
    const { source, noStatistics, period, statements, blocked } = json<SlowResult>().result;
    const text = await work.run(['health', 'slow', '--for', '100ms']);
    const sinceReset = await work.run(['health', 'slow', '--since-reset']);
    await holder.sql('rollback');
    await waiting;
    await holder.sql(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()",
    );
    await sleeping;

    expect(source).toBe('sessions');
    expect(noStatistics?.reason).toBe('pg_stat_statements is not in shared_preload_libraries');
    expect(noStatistics?.hint).toContain(
      "SET shared_preload_libraries = 'pg_stat_statements'; restart the server;",
    );
    expect(period?.looks).toBeGreaterThanOrEqual(2);
    expect(stdout).not.toContain('geheim');
    const update = statements.find((one) => one.text.startsWith('update'));
    expect(update?.text).toBe('update accounts set owner = ? where id = ?');
    expect(update?.sampled?.waits[0]?.event).toBe('Lock: transactionid');
    expect(update?.sampled?.runs).toBe(1);
    expect(update?.plan?.node).toBe('ModifyTable');
    const cut = statements.find((one) => one.text.includes('pg_sleep'));
    expect(cut?.noPlan?.reason).toContain('has kept the beginning of its text alone');
    expect(blocked).toHaveLength(1);
    expect(blocked[0]?.by[0]).toMatchObject({ role: 'postgres', state: 'idle in transaction' });
    expect(exitCode).toBe(json<SlowResult>().result.beyond > 0 ? 1 : 0);
    expect(text.stdout).toContain('Waiting for locks');
    expect(sinceReset.exitCode).toBe(2);
    expect(sinceReset.stderr).toContain('Nothing was counted: pg_stat_statements is not in');
    for (const line of text.stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});

it('gives words that turn the counters on, beside the libraries that are set', async () => {
  const { bin } = postgresVersions()[1]!;
  await using server = await startPostgres({
    bin,
    conf: ["shared_preload_libraries = 'auto_explain, pg_prewarm'"],
  });
  await using work = await project({}, await server.createDatabase());
  const look = async (): Promise<SlowResult> =>
    (await work.run(['health', 'slow', '--for', '100ms', '--json'])).json<SlowResult>().result;
  const hint = (await look()).noStatistics?.hint ?? '';
  const alter = /ALTER SYSTEM [^;]+;/.exec(hint)?.[0] ?? '';
  expect(alter).toContain("'auto_explain', 'pg_prewarm', 'pg_stat_statements'");
  await server.psql(alter);
  await server.stop();
  await server.start();

  const loaded = (await look()).noStatistics;
  expect(loaded?.reason).toContain('not created in this database');
  await using database = await openedPostgres(await server.createDatabase());
  await database.sql(loaded?.hint ?? '');
  const seen = await work.run(['health', 'slow', '--for', '100ms', '--json', '-d', database.url]);
  expect(seen.json<SlowResult>().result.source).toBe('statistics');
});
