import { describe, expect, it } from 'vitest';
import { postgresVersions, startPostgres } from '../../../support/postgres.ts';
import { until } from '../../../support/until.ts';
import { opened } from '../connecting.ts';
import { idsOf, lookAt } from './looking.ts';
import { idling, lockIncident, statementOf } from './planting.ts';

/** What a session counted reaches the others with the next statement, not a second later. */
const flush = 'SELECT pg_stat_force_next_flush()';

/** Autovacuum would mend them meanwhile. */
const planted = [
  'CREATE UNLOGGED TABLE bloated (id text) WITH (autovacuum_enabled = off)',
  `INSERT INTO bloated SELECT lpad(id::text, 500, '0') FROM generate_series(1, 250000) id`,
  'CREATE INDEX bloated_id ON bloated (id)',
  `DELETE FROM bloated WHERE right(id, 2) > '04'`,
  `CREATE TABLE "Dead Rows" (id int, n int) WITH (autovacuum_enabled = off)`,
  `INSERT INTO "Dead Rows" SELECT id, 0 FROM generate_series(1, 120000) id`,
  'DELETE FROM "Dead Rows" WHERE id <= 110000',
  'CREATE TABLE stale (id int) WITH (autovacuum_enabled = off)',
  'INSERT INTO stale SELECT generate_series(1, 1000)',
  'CREATE TABLE parted (id int) PARTITION BY RANGE (id)',
  'CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100000)',
  'INSERT INTO parted SELECT generate_series(1, 20000)',
  ...[flush, 'ANALYZE stale, parted_1, "Dead Rows"', flush, 'VACUUM (ANALYZE) bloated'],
  ...['INSERT INTO stale SELECT generate_series(1, 30000)', flush],
];

const bounds = {
  'xmin-horizon': { warning: 20, critical: null },
  'vacuum-behind': { warning: 1, critical: null },
  'autovacuum-queue': { warning: 0.1, critical: null },
};

const ids = [
  ...['xmin-horizon', 'table-freeze-age', 'dead-rows', 'vacuum-behind', 'autovacuum-queue'],
  ...['autovacuum-off-tables', 'never-analyzed', 'stale-statistics', 'table-bloat', 'index-bloat'],
];

describe.for(postgresVersions())('tables of PostgreSQL $major', ({ bin }) => {
  it('finds what vacuum and analyze left, also during a lock incident', async () => {
    await using server = await startPostgres({ bin });
    const url = await server.createDatabase();
    const database = new URL(url).pathname.slice(1);
    await using session = await opened(url);
    for (const one of planted) await session.query(one);
    await using holder = await idling(url, 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await holder.query('SELECT * FROM stale LIMIT 1');
    for (let count = 0; count < 25; count++) await session.query('SELECT pg_current_xact_id()');

    const look = () => lookAt(url, ids, bounds);
    const seen = await until(
      'all findings',
      async () => {
        const now = await look();
        return now.findings.length >= 9 && now;
      },
      5000,
    );
    const hintOf = (id: string) => seen.of(id).hint;
    const warned = ['autovacuum-off-tables', 'autovacuum-queue', 'index-bloat', 'never-analyzed'];
    warned.push('stale-statistics', 'table-bloat', 'vacuum-behind', 'xmin-horizon');
    expect(idsOf(seen, 'warning', 'unknown')).toEqual(warned);
    expect(idsOf(seen, 'critical')).toEqual(['dead-rows']);
    expect(seen.of('dead-rows').summary).toBe(
      '1 table has more than 100,000 dead rows, the worst public."Dead Rows": 110000, 92 % of it',
    );
    expect(seen.of('autovacuum-off-tables').objects?.map(({ name }) => name)).toContain(
      'public.stale',
    );
    expect(seen.of('never-analyzed').objects).toEqual([
      expect.objectContaining({
        name: 'public.parted',
        detail: expect.stringContaining('20000 rows, partitioned'),
      }),
    ]);
    expect(seen.of('stale-statistics').summary).toContain('the most public.stale: 30000 rows');
    expect(seen.of('table-bloat').summary).toMatch(/public\.bloated: about \d+ MB of \d+ MB/);
    expect(seen.of('index-bloat').summary).toMatch(/public\.bloated_id: about \d+ MB of \d+ MB/);
    expect(seen.of('xmin-horizon').summary).toContain(`the session ${holder.backendPid} holds`);

    {
      const tables = ['bloated', '"Dead Rows"', 'stale', 'parted', 'parted_1'];
      await using _incident = await lockIncident(server, url, tables);
      const during = await look();
      expect(idsOf(during, 'warning', 'unknown')).toEqual(warned);
      expect(idsOf(during, 'critical')).toEqual(['dead-rows']);
      expect(during.durationMs).toBeLessThan(3000);
    }

    await server.psql(statementOf(hintOf('xmin-horizon'), 'SELECT pg_terminate_backend'));
    const mending = [
      ['dead-rows', 'VACUUM (ANALYZE) public."Dead Rows"'],
      ['autovacuum-off-tables', 'ALTER TABLE'],
      ['stale-statistics', 'ANALYZE'],
      ['table-bloat', 'VACUUM (FULL)'],
      ['index-bloat', 'REINDEX INDEX CONCURRENTLY'],
      ['never-analyzed', 'ANALYZE'],
    ] as const;
    for (const [id, words] of mending) await server.psql(statementOf(hintOf(id), words), database);
    const mended = await until('the counters to tell', async () => {
      const now = await look();
      return now.of('stale-statistics').status === 'ok' && now;
    });
    for (const id of ['dead-rows', 'never-analyzed', 'index-bloat', 'table-bloat', 'xmin-horizon'])
      expect(mended.of(id)).toMatchObject({ status: 'ok' });
  });
});
