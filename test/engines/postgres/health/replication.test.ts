import { describe, expect, it } from 'vitest';
import {
  postgresVersions,
  startPostgres,
  startStandby,
  type PostgresServer,
} from '../../../support/postgres.ts';
import { until } from '../../../support/until.ts';
import { opened } from '../connecting.ts';
import { type Looked, lookAt } from './looking.ts';
import { statementOf } from './planting.ts';

function lookUntil(
  server: PostgresServer,
  id: string,
  words: RegExp,
  thresholds: Parameters<typeof lookAt>[2] = {},
): Promise<Looked> {
  return until(`${id} to say ${words}`, async () => {
    const seen = await lookAt(server.url(), [id], thresholds);
    return !seen.skipped.has(id) && words.test(seen.of(id).summary) && seen;
  });
}

/** The user that pg_basebackup wrote into the standby's primary_conninfo. */
const standbyName = 'walreceiver';

describe.for(postgresVersions())('replication of PostgreSQL $major', ({ major, bin }) => {
  it('finds what is wrong with standbys, on both sides', async () => {
    await using primary = await startPostgres({ bin, conf: ['fsync = on'] });
    await using standby = await startStandby(primary);
    await lookUntil(primary, 'replication-lag', new RegExp(`^1 standby.* ${standbyName} `));
    await lookUntil(standby, 'wal-receiver', /^it streams from .*, the last message came/);
    await primary.psql('CREATE TABLE first ()');
    await lookUntil(standby, 'replay-lag', /^all that was received is replayed/);
    expect((await lookAt(primary.url())).findings).toEqual([]);
    expect((await lookAt(standby.url())).findings).toEqual([]);

    await until('the first table', () =>
      standby.psql("SELECT 1 FROM pg_class WHERE relname = 'first'"),
    );
    await standby.psql('SELECT pg_wal_replay_pause()');
    await primary.psql('CREATE TABLE much AS SELECT md5(g::text) FROM generate_series(1, 50000) g');
    const paused = await lookUntil(standby, 'replay-paused', /^replay is paused/);
    expect(paused.findings).toEqual([expect.stringMatching(/^critical replay-paused/)]);
    const bounds = {
      'replication-lag': { warning: 1, critical: null },
      'replication-lag-bytes': { warning: 1e6, critical: null },
      'replay-lag': { warning: 1, critical: null },
    };
    const behind = await lookUntil(primary, 'replication-lag-bytes', /: \d.* MB, /, bounds);
    expect(behind.of('replication-lag-bytes').status).toBe('warning');
    await lookUntil(standby, 'replay-lag', /ago, \d.* MB wait to be replayed/, bounds);
    await until('the lag in time', async () => {
      const { findings } = await lookAt(primary.url(), ['replication-lag'], bounds);
      return findings[0]?.startsWith('warning replication-lag: 1 standby');
    });
    await standby.psql(statementOf(paused.of('replay-paused').hint, 'SELECT pg_wal_replay_resume'));
    await lookUntil(standby, 'replay-lag', /^all that was received is replayed/);

    await primary.psql(`ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (${standbyName}, b)'`);
    await primary.reload();
    await lookUntil(primary, 'synchronous-standbys', /^1 of the 1 that commits wait for/);
    await primary.psql(
      `ALTER SYSTEM SET synchronous_standby_names = 'FIRST 2 (${standbyName}, b)'`,
    );
    await primary.reload();
    const writer = await opened(primary.url());
    const commit = writer.query('CREATE TABLE waits ()');
    const hung = await lookUntil(
      primary,
      'synchronous-standbys',
      /only 1 is connected; 1 session waits/,
    );
    expect(hung.findings).toEqual([expect.stringMatching(/^critical synchronous-standbys/)]);
    await primary.psql(
      statementOf(
        hung.of('synchronous-standbys').hint,
        'ALTER SYSTEM SET synchronous_standby_names',
      ),
    );
    await primary.reload();
    await commit;
    await writer[Symbol.asyncDispose]();

    await primary.stop('immediate');
    await lookUntil(standby, 'wal-receiver', /^(primary_conninfo is set, but nothing|the WAL rec)/);
  });

  it('finds slots and archiving that hold WAL back', async () => {
    await using server = await startPostgres({
      bin,
      conf: [
        ...['fsync = on', 'wal_level = logical', 'archive_mode = on', "archive_command = 'false'"],
        ...['max_wal_size = 32MB', 'min_wal_size = 32MB', 'max_replication_slots = 2'],
      ],
    });
    await server.psql("SELECT pg_create_physical_replication_slot('gone', true)");
    await server.psql(`SELECT pg_create_logical_replication_slot('events', 'pgoutput')`);
    for (let count = 0; count < 12; count++)
      await server.psql('CREATE TABLE x (); DROP TABLE x; SELECT pg_switch_wal()');
    const bounds = {
      'slot-wal': { warning: 1e8, critical: null },
      'slots-inactive': { warning: 0, critical: null },
    };
    const seen = await until('the archiver to fail', async () => {
      const now = await lookAt(server.url(), undefined, bounds);
      return now.of('archiver').status === 'critical' && now;
    });
    const told = seen.findings.join('\n');
    expect(told).toMatch(/critical archiver: 0000\w+ could not be archived at .*; none ever could/);
    expect(told).toMatch(/critical archive-command: archive_command is false: WAL is kept/);
    expect(told).toMatch(/critical wal-senders: 0 of 10 WAL senders and 2 of 2 replication slots/);
    expect(told).toMatch(/warning archive-backlog: \d\d files wait to be archived, \d+ MB/);
    expect(told).toMatch(/(warning|critical) wal-directory: \d+ files of \d+ MB together/);
    expect(told).toMatch(/warning slot-wal: 2 slots hold back WAL, the most \w+: \d+ MB without/);
    expect(told).toMatch(
      major >= 17
        ? /warning slots-inactive: 2 slots have no consumer: \w+ since \d+ s/
        : /warning slots-inactive: 2 slots have no consumer: \w+ \(since when is not kept/,
    );
    expect(seen.findings).toHaveLength(7);

    await server.psql(
      "ALTER SYSTEM SET archive_command = 'true'; ALTER SYSTEM SET max_slot_wal_keep_size = '32MB'",
    );
    await server.reload();
    await until('all to be archived', async () => {
      const now = await lookAt(server.url(), ['archive-backlog']);
      return now.of('archive-backlog').value === 0;
    });
    await server.psql('CHECKPOINT');
    const lost = await lookAt(server.url());
    expect(lost.of('archive-command').summary).toMatch(/is true: it archives nothing and says/);
    expect(lost.of('archiver').summary).toMatch(/^\d+ files are archived, the last at .* failures/);
    expect(lost.of('slots-lost').status).toBe('critical');
    expect(lost.of('slots-lost').summary).toMatch(/^2 slots are lost: \w+( \(wal_removed\))?; its/);
    for (const { name } of lost.of('slots-lost').objects!)
      await server.psql(`SELECT pg_drop_replication_slot('${name}')`);
    await server.psql("ALTER SYSTEM SET archive_command = ''");
    await server.reload();
    const after = await lookUntil(server, 'archive-command', /archive_command is empty/);
    expect(after.findings).toHaveLength(1);
    expect((await lookAt(server.url())).findings).toEqual(after.findings);
  });

  it('finds a subscription that is disabled, or fails', async () => {
    await using server = await startPostgres({
      bin,
      conf: ['fsync = on', 'wal_level = logical', 'wal_retrieve_retry_interval = 100ms'],
    });
    const from = await server.createDatabase();
    const into = await server.createDatabase();
    const name = (url: string) => new URL(url).pathname.slice(1);
    const psql = (url: string, sql: string) => server.psql(sql, name(url));
    await psql(from, 'CREATE TABLE t (id int PRIMARY KEY); CREATE PUBLICATION p FOR TABLE t');
    await psql(into, 'CREATE TABLE t (id int PRIMARY KEY)');
    await psql(from, "SELECT pg_create_logical_replication_slot('s', 'pgoutput')");
    const conninfo = `host=${server.socketFolder} port=${server.port} dbname=${name(from)} user=postgres password=secret-of-the-test`;
    await psql(
      into,
      `CREATE SUBSCRIPTION s CONNECTION '${conninfo}' PUBLICATION p WITH (create_slot = false, copy_data = false)`,
    );
    const ids = ['subscriptions'];
    const told = (words: RegExp) =>
      until(`the subscription to be ${words}`, async () => {
        const { summary, status, hint } = (await lookAt(into, ids)).of('subscriptions');
        return words.test(summary) && { status, hint };
      });
    expect((await told(/^1 subscription receives$/)).status).toBe('ok');
    await psql(into, 'INSERT INTO t VALUES (1)');
    await psql(from, 'INSERT INTO t VALUES (1)');
    expect(
      (await told(/^s is enabled, but no worker runs for it, \d+ errors? so far/)).status,
    ).toBe('critical');
    await psql(into, 'ALTER SUBSCRIPTION s DISABLE');
    const disabled = await told(/^s is disabled/);
    expect(disabled.status).toBe('warning');
    await psql(into, 'DELETE FROM t');
    await psql(into, statementOf(disabled.hint, 'ALTER SUBSCRIPTION'));
    expect((await told(/^1 subscription receives$/)).status).toBe('ok');
    await psql(into, 'ALTER SUBSCRIPTION s DISABLE');
    await psql(into, 'ALTER SUBSCRIPTION s SET (slot_name = NONE)');
    await psql(into, 'DROP SUBSCRIPTION s');
  });
});
