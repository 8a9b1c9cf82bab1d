import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresChecks } from '../../../../src/engines/postgres/health/checks.ts';
import { postgresVersions, startPostgres, type PostgresServer } from '../../../support/postgres.ts';
import { until } from '../../../support/until.ts';
import { idsOf, lookAt } from './looking.ts';
import { idling, lockIncident } from './planting.ts';

const bounds = {
  'idle-in-transaction': { warning: 0, critical: null },
  'long-transactions': { warning: 0, critical: null },
  'lock-waits': { warning: 0, critical: null },
  'xmin-horizon': { warning: 0, critical: null },
};

describe.for(postgresVersions())('rights on PostgreSQL $major', ({ bin }) => {
  let server: PostgresServer;
  let url: string;

  beforeAll(async () => {
    server = await startPostgres({
      bin,
      conf: [
        ...['fsync = off', 'archive_mode = on', "archive_command = 'false'"],
        ...["synchronous_standby_names = ''", 'idle_in_transaction_session_timeout = 1h'],
      ],
    });
    url = await server.createDatabase();
    await server.psql(
      `CREATE ROLE monitor LOGIN PASSWORD 'x' IN ROLE pg_monitor; CREATE ROLE plain LOGIN PASSWORD 'x';
       CREATE ROLE "app Role" LOGIN CONNECTION LIMIT 5`,
    );
    await server.psql(
      `CREATE UNLOGGED TABLE large AS SELECT lpad(g::text, 900, '0') AS t FROM generate_series(1, 130000) g;
       VACUUM (ANALYZE) large; CREATE TABLE orders (id int)`,
      new URL(url).pathname.slice(1),
    );
    await server.psql('SELECT pg_switch_wal()');
    await until('the archiver to fail', () =>
      server.psql('SELECT 1 FROM pg_stat_archiver WHERE failed_count > 0'),
    );
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const as = (role: string) => url.replace(/\/\/.*@/, `//${role}:x@`);
  it('tells a superuser and a plain role what is bad, and never well what it could not see', async () => {
    await using _idle = await idling(url, 'SELECT pg_current_xact_id()');
    await using _incident = await lockIncident(server, url, ['orders']);
    const whole = await lookAt(url, undefined, bounds);
    const monitored = await lookAt(as('monitor'), undefined, bounds);
    const plain = await lookAt(as('plain'), undefined, bounds);
    const bad = idsOf(whole, 'critical', 'warning');
    expect(bad).toEqual([
      ...['archive-command', 'archiver', 'crash-safety', 'idle-in-transaction', 'lock-waits'],
      ...['long-transactions', 'xmin-horizon'],
    ]);
    expect(idsOf(whole, 'unknown')).toEqual([]);

    expect(idsOf(monitored, 'critical', 'warning')).toEqual(bad);
    expect(idsOf(monitored, 'unknown')).toEqual(['settings-files', 'table-bloat']);
    expect(monitored.of('table-bloat').hint).toContain('GRANT pg_read_all_data TO "monitor";');
    for (const one of monitored.of('settings-files').hint!.split(/(?<=;) /))
      await server.psql(one, new URL(url).pathname.slice(1));

    const open = ['archive-command', 'archiver', 'crash-safety'];
    const blind = idsOf(plain, 'unknown');
    expect(idsOf(plain, 'critical', 'warning')).toEqual(open);
    expect(blind).toEqual(expect.arrayContaining(bad.filter((id) => !open.includes(id))));
    for (const id of blind) {
      const { hint, summary } = plain.of(id);
      expect(`${summary} ${hint}`).toMatch(
        /plain (may not look|is shown a part).*GRANT .* TO "plain";|GRANT pg_read_all_data/s,
      );
    }
    // What each says that it needs is what is needed.
    await server.psql('GRANT pg_monitor TO plain');
    const granted = await lookAt(as('plain'), undefined, bounds);
    expect(idsOf(granted, 'unknown')).toEqual(['settings-files', 'table-bloat']);
    const mended = await lookAt(as('monitor'), ['settings-files']);
    expect(mended.findings).toEqual([]);
    for (const { durationMs } of [whole, monitored, plain]) expect(durationMs).toBeLessThan(3000);
    expect(postgresChecks.length).toBeGreaterThan(45);
  });
});
