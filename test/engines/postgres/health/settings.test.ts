import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { postgresVersions, startPostgres, type PostgresServer } from '../../../support/postgres.ts';
import { until } from '../../../support/until.ts';
import { opened } from '../connecting.ts';
import { type Looked, lookAt } from './looking.ts';
import { statementOf } from './planting.ts';

/** Looks until the server has taken a reload over. */
function lookUntil(server: PostgresServer, is: (seen: Looked) => boolean): Promise<Looked> {
  return until('the server to take it over', async () => {
    const seen = await lookAt(server.url());
    return is(seen) && seen;
  });
}

describe.for(postgresVersions())('settings of PostgreSQL $major', ({ bin }) => {
  it('finds what gives data away, and the hints mend it', async () => {
    await using server = await startPostgres({
      bin,
      conf: [
        ...['fsync = off', 'synchronous_commit = off', 'autovacuum = off', 'track_counts = off'],
        ...['log_min_messages = fatal', 'log_min_error_statement = panic', 'max_connections = 501'],
      ],
    });
    const seen = await lookAt(server.url());
    expect(seen.of('crash-safety')).toMatchObject({
      status: 'critical',
      summary: expect.stringMatching(/^fsync is off: .*; synchronous_commit is off: /),
    });
    expect(seen.of('autovacuum-off')).toMatchObject({
      status: 'critical',
      summary: expect.stringMatching(/^autovacuum and track_counts are off: /),
    });
    expect(seen.of('logging')).toMatchObject({
      status: 'warning',
      summary: expect.stringMatching(
        /^log_min_messages is fatal, log_min_error_statement is panic/,
      ),
    });
    expect(seen.of('max-connections')).toMatchObject({ status: 'warning', value: 501 });
    for (const id of ['dead-rows', 'vacuum-behind', 'never-analyzed', 'deadlocks', 'cache-hits'])
      expect(seen.of(id)).toMatchObject({ status: 'unknown', summary: /track_counts is off/ });
    for (const id of ['crash-safety', 'autovacuum-off'])
      await server.psql(seen.of(id).hint!.replaceAll(';', ';\n'));
    await server.psql(
      'ALTER SYSTEM SET log_min_messages = warning;\nALTER SYSTEM SET log_min_error_statement = error;\nSELECT pg_reload_conf()',
    );
    const after = await lookUntil(server, (now) => now.of('autovacuum-off').status === 'ok');
    expect(after.findings).toEqual([expect.stringMatching(/^warning max-connections/)]);
  });

  it('tells what waits for a restart from what is wrong in the files', async () => {
    await using server = await startPostgres({ bin, conf: ['fsync = on'] });
    await server.psql(
      "ALTER SYSTEM SET shared_buffers = '64MB'; ALTER SYSTEM SET max_connections = 90",
    );
    await server.reload();
    const waits = await lookUntil(server, (now) => now.of('pending-restart').value === 2);
    expect(waits.findings).toEqual([
      'warning pending-restart: 2 settings were changed and will be other after a restart: max_connections, shared_buffers',
    ]);
    await appendFile(join(server.dataFolder, 'postgresql.conf'), 'work_mem = lots\n');
    const wrong = await lookAt(server.url(), ['settings-files']);
    expect(wrong.of('settings-files')).toMatchObject({
      status: 'critical',
      value: 1,
      summary: expect.stringMatching(/^1 line is wrong: .*postgresql\.conf:\d+ \(work_mem\): /),
    });
  });

  it('finds roles without a timeout, whatever sets it, and limits that are near', async () => {
    await using server = await startPostgres({ bin, conf: ['fsync = on'] });
    await server.psql(`
      CREATE ROLE app LOGIN PASSWORD 'app' CONNECTION LIMIT 1; CREATE ROLE by_database LOGIN; CREATE ROLE own LOGIN;
      ALTER ROLE own SET idle_in_transaction_session_timeout = '60s';
      ALTER ROLE by_database IN DATABASE postgres SET idle_in_transaction_session_timeout = '2min'`);
    await using _used = await opened(server.url().replace(/\/\/.*@/, '//app:app@'));
    const seen = await lookAt(server.url());
    expect(seen.findings).toEqual([
      'critical connection-limits: role app uses 1 of the 1 connections that it may have',
      'warning role-timeouts: 1 role may idle in a transaction without end: app',
    ]);
    await server.psql(statementOf(seen.of('role-timeouts').hint, 'ALTER ROLE'));
    await server.psql(statementOf(seen.of('connection-limits').hint, 'ALTER ROLE'));
    expect((await lookAt(server.url())).findings).toEqual([]);
    await server.psql(
      'ALTER ROLE app RESET ALL; ALTER DATABASE postgres SET idle_in_transaction_session_timeout = 9000',
    );
    expect((await lookAt(server.url())).findings).toEqual([]);
  });

  it('finds what the counters of the server and of its statements tell', async () => {
    await using server = await startPostgres({
      bin,
      conf: [
        ...['fsync = on', "shared_preload_libraries = 'pg_stat_statements'"],
        ...['pg_stat_statements.max = 100', 'pg_stat_statements.track = all'],
      ],
    });
    const url = await server.createDatabase();
    const database = new URL(url).pathname.slice(1);
    await using session = await opened(url);
    await session.query('CREATE SCHEMA "My Stats"');
    await session.query('CREATE EXTENSION pg_stat_statements SCHEMA "My Stats"');
    await session.query(
      `DO $$ BEGIN FOR n IN 1..500 LOOP EXECUTE 'SELECT 1' || repeat('+1', n); END LOOP; END $$`,
    );
    await session.query(
      'CREATE TABLE many AS SELECT g, md5(g::text) AS m FROM generate_series(1, 100000) g',
    );
    await session.query('SET work_mem = 64');
    await session.query('SELECT count(*) FROM (SELECT m FROM many ORDER BY m LIMIT 90000) x');
    for (let count = 0; count < 25; count++) await session.query('CHECKPOINT');
    for (let count = 0; count < 600; count++) await session.query('BEGIN; ROLLBACK');
    for (let count = 0; count < 450; count++) await session.query('SELECT 1');
    await session.query('SELECT pg_stat_force_next_flush()');
    await session.query('SELECT 1');
    const bounds = {
      'temporary-files': { warning: 1e6, critical: null },
      'database-size': { warning: 1e6, critical: null },
      'cache-hits': { warning: 100, critical: null },
      'wal-directory': { warning: 1, critical: null },
      'lock-table': { warning: 0, critical: null },
    };
    const seen = await until('all to be counted', async () => {
      const now = await lookAt(url, undefined, bounds);
      return now.findings.length >= 9 && now;
    });
    const told = seen.findings.join('\n');
    expect(told).toMatch(
      /warning checkpoints: \d+ of \d+ were asked for, \d+\.\d an hour on average, since/,
    );
    expect(told).toMatch(
      /warning rollbacks: 6\d\d of \d+ transactions were rolled back on average, since/,
    );
    expect(told).toMatch(
      /warning temporary-files: \d+ of \d.* MB together, \d.* per hour on average, since/,
    );
    expect(told).toMatch(
      /warning statement-statistics: it had to forget statements \d+ times, \d.* an hour on average, since/,
    );
    expect(told).toMatch(/warning database-size: test_\w+ takes \d+ MB on disk/);
    expect(told).toMatch(/warning cache-hits: (\d+\.\d % of )?\d+ blocks/);
    expect(told).toMatch(/warning wal-directory: \d+ files? of .*; max_wal_size and wal_keep_size/);
    expect(told).toMatch(/warning lock-table: \d+ of \d+ locks are held/);
    expect(seen.of('disk-space').summary).toMatch(/are free where the .* is, \d+ % are used/);
    await appendFile(join(server.dataFolder, 'postgresql.conf'), "shared_preload_libraries = ''\n");
    await server.stop();
    await server.start();
    const unloaded = await lookAt(server.url(database), ['statement-statistics']);
    expect(unloaded.findings).toEqual([expect.stringMatching(/library is not loaded/)]);
  });
});
