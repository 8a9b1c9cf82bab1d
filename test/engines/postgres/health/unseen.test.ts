import { appendFile, chmod, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresChecks } from '../../../../src/engines/postgres/health/checks.ts';
import { healthFacts } from '../../../../src/engines/postgres/health/facts.ts';
import { postgresVersions, startPostgres, type PostgresServer } from '../../../support/postgres.ts';
import { opened } from '../connecting.ts';
import { idsOf, lookAt } from './looking.ts';
import { statementOf } from './planting.ts';

/** More than a check lists; as large as what it looks at, by what the catalog says of them. */
const many = `
  CREATE ROLE plain LOGIN PASSWORD 'x';
  CREATE TABLE hidden (id int PRIMARY KEY);
  CREATE SEQUENCE hidden_numbers;
  DO $$ BEGIN FOR n IN 1..101 LOOP
    EXECUTE format('CREATE TABLE t%1$s (id int PRIMARY KEY); INSERT INTO t%1$s VALUES (1), (2); GRANT SELECT ON t%1$s TO plain', n);
  END LOOP; END $$;
  ANALYZE;
  UPDATE pg_class SET relpages = 20000, reltuples = 4500000 WHERE relname ~ '^t\\d+';
  UPDATE pg_class SET relpages = 20000, reltuples = 10 WHERE relname ~ '^hidden'`;

describe.for(postgresVersions())('what health does not see of PostgreSQL $major', ({ bin }) => {
  let server: PostgresServer;
  beforeAll(
    async () =>
      (server = await startPostgres({
        bin,
        conf: ["shared_preload_libraries = 'pg_stat_statements'"],
      })),
  );
  afterAll(() => server[Symbol.asyncDispose]());

  it('is not hidden by more than a hundred that it sees', async () => {
    const url = await server.createDatabase();
    const database = new URL(url).pathname.slice(1);
    await server.psql(many, database);
    const ids = ['integer-keys', 'table-bloat', 'index-bloat', 'sequences'];
    const look = () => lookAt(url.replace(/\/\/.*@/, '//plain:x@'), ids);
    const seen = await look();
    expect(idsOf(seen, 'unknown')).toEqual(ids.toSorted());
    expect(seen.of('integer-keys').hint).toContain(
      'GRANT SELECT (id) ON public.hidden TO "plain";',
    );
    expect(seen.of('table-bloat').summary).toContain('1 large one has no statistics');
    await server.psql(
      'GRANT SELECT ON hidden, hidden_numbers TO plain; INSERT INTO hidden VALUES (1); ANALYZE hidden',
      database,
    );
    expect((await look()).findings).toEqual([]);
  });

  it('is said of averages over more than a week, which hide the last hours', async () => {
    const url = await server.createDatabase();
    await using session = await opened(url);
    await session.query('CREATE EXTENSION pg_stat_statements');
    const facts = await healthFacts(session, { connectMs: 1, tenantColumns: [] });
    // Nobody can make statistics older; many enough to judge.
    const many = { commits: 5000, hits: 1e6 };
    for (const [id, reset] of [
      ['deadlocks', 'SELECT pg_stat_reset(); ANALYZE;'],
      ['temporary-files', 'SELECT pg_stat_reset(); ANALYZE;'],
      ['rollbacks', 'SELECT pg_stat_reset(); ANALYZE;'],
      ['cache-hits', 'SELECT pg_stat_reset(); ANALYZE;'],
      ['checkpoints', "SELECT pg_stat_reset_shared('"],
      ['statement-statistics', 'SELECT public.pg_stat_statements_reset();'],
    ] as const) {
      const check = postgresChecks.find((one) => one.id === id)!;
      const [row] = await session.query(check.sql(facts) as string);
      const judged = async (hours: number) => {
        const found = await check.judge([{ ...row, ...many, hours }], facts, null, []);
        return 'summary' in found ? found.summary : '';
      };
      expect(await judged(7 * 24)).toMatch(/ on average, since 20\d\d-\d\d-\d\d [\d:]+ UTC$/);
      const old = await judged(60 * 24 + 1);
      expect(old).toContain(
        `UTC: after 60 days, what happened lately does not show (reset: ${reset}`,
      );
      for (const one of /reset: (.*)\)$/.exec(old)![1]!.split(/(?<=;) /)) await session.query(one);
    }
  });

  it.skipIf(process.getuid?.() !== 0)(
    'is a disk in a folder that its user may not enter',
    async () => {
      const look = (warning = 101) =>
        asNobody(() =>
          lookAt(server.url(), ['disk-space'], { 'disk-space': { warning, critical: null } }),
        );
      // It sees the data folder, but not whether pg_wal is on the same disk.
      expect((await look()).of('disk-space')).toMatchObject({
        status: 'unknown',
        summary: expect.stringMatching(/may not look at \/\S+\/data\/pg_wal:/),
      });
      expect((await look(0)).of('disk-space')).toMatchObject({ status: 'warning' });
      const parent = dirname(server.dataFolder);
      const { mode } = await stat(parent);
      await chmod(parent, 0o700);
      try {
        const { status, summary, hint } = (await look()).of('disk-space');
        expect({ status, summary }).toEqual({
          status: 'unknown',
          summary: `this process (user id 65534) may not look at ${server.dataFolder}: what is free there is not to be seen`,
        });
        expect(hint).toContain('sudo -u postgres');
      } finally {
        await chmod(parent, mode);
      }
    },
  );

  it('is no index of a partitioned table that lacks a part', async () => {
    const url = await server.createDatabase();
    const database = new URL(url).pathname.slice(1);
    await server.psql(
      `CREATE TABLE parted (id int, "At" int) PARTITION BY RANGE (id);
       CREATE TABLE p1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
       CREATE UNIQUE INDEX whole ON ONLY parted (id, "At");`,
      database,
    );
    const look = async () => (await lookAt(url, ['invalid-indexes'])).of('invalid-indexes');
    const found = await look();
    expect(found).toMatchObject({
      status: 'critical',
      objects: [{ name: 'public.whole', detail: 'on public.parted, no valid part on public.p1' }],
    });
    const hint = found.hint!;
    await server.psql(statementOf(hint, 'CREATE UNIQUE INDEX CONCURRENTLY'), database);
    await server.psql(statementOf(hint, 'ALTER INDEX'), database);
    expect(await look()).toMatchObject({ status: 'ok' });
    await server.psql('CREATE INDEX "Plain" ON ONLY parted (abs(id))', database);
    expect(await look()).toMatchObject({ status: 'warning' });
    await server.psql(statementOf((await look()).hint, 'DROP INDEX'), database);
    expect(await look()).toMatchObject({ status: 'ok' });
  });

  it('is whether a line of pg_hba.conf for all is the proof of a role', async () => {
    await server.psql('CREATE ROLE nobody_knows LOGIN');
    const look = () => lookAt(server.url(), ['passwordless-roles']);
    expect((await look()).of('passwordless-roles')).toMatchObject({ status: 'warning', value: 1 });
    await appendFile(join(server.dataFolder, 'pg_hba.conf'), '\nlocal all all peer\n');
    expect((await look()).of('passwordless-roles')).toMatchObject({
      status: 'ok',
      summary: expect.stringContaining('local all all peer, counts for every role'),
    });
  });
});

/** Runs it in this process, as a user of the operating system that has nothing. */
async function asNobody<T>(body: () => Promise<T>): Promise<T> {
  process.seteuid!(65_534);
  try {
    return await body();
  } finally {
    process.seteuid!(0);
  }
}
