import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { loadWalFormat } from '../../../src/engines/wal-registry.ts';
import { parseMoment } from '../../../src/backup/recovery/moment.ts';
import { lsnText, parseLsn } from '../../../src/wal-names.ts';
import { startPostgres, postgresVersions } from '../../support/postgres.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';
import { pgbench } from './base/clusters.ts';

/** Of one line: `rmgr: Transaction … lsn: 0/0180, prev 0/0140, desc: COMMIT 2026-11-21 14:03:07.123 UTC`. */
const line =
  /lsn: ([0-9A-F]+\/[0-9A-F]+), prev \S+, desc: (COMMIT|ABORT|COMMIT_PREPARED|ABORT_PREPARED|RESTORE_POINT) (.*)$/;
const time = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ UTC/;

it.each(postgresVersions())(
  'PostgreSQL $major: the ends of transactions are those that pg_waldump tells',
  async ({ bin }) => {
    await using server = await startPostgres({
      bin,
      conf: ['max_prepared_transactions = 4', 'wal_keep_size = 256MB', 'archive_mode = off'],
    });
    const first = await server.psql('select pg_current_wal_insert_lsn()');
    await pgbench(server, ['-i', '-q', '-s', '1']);
    await pgbench(server, ['-n', '-c', '2', '-t', '200']);
    await server.psql('create table prepared (n int)');
    await server.psql("begin; insert into prepared values (1); prepare transaction 'one'");
    await server.psql("commit prepared 'one'");
    await server.psql("begin; insert into prepared values (2); prepare transaction 'two'");
    await server.psql("rollback prepared 'two'");
    await server.psql('begin; insert into prepared values (3); rollback');
    await server.psql(`select pg_create_restore_point('a point')`);
    // Longer than a segment.
    await server.psql(`select pg_logical_emit_message(true, 'test', repeat('x', 40000000))`);
    await server.psql('select pg_switch_wal()');
    // After a crash it uses the rest of the segment again.
    await server.psql('insert into prepared values (4)');
    await server.kill();
    await server.start();
    await server.psql('insert into prepared values (5)');
    await server.psql(`select pg_create_restore_point('the end')`);
    await server.psql('insert into prepared values (6)');

    const expected = await dumped(server, first);
    expect(expected.length).toBeGreaterThan(400);
    const { seen, lastRecord } = await readAll(server, first);
    expect(seen).toEqual(expected.map(({ told }) => told));
    const last = expected.at(-1);
    expect(lastRecord).toBeGreaterThanOrEqual(parseLsn(last?.lsn ?? '') ?? 0n);
    expect(seen.filter((one) => one.includes('point'))).toEqual([
      expect.stringContaining('restore point a point'),
      expect.stringContaining('restore point the end'),
    ]);
  },
);

it('ends where a record does not follow the one before it, and tells none that is altered', async () => {
  const [version] = postgresVersions();
  await using server = await startPostgres({ bin: version?.bin ?? '' });
  await server.psql('create table t (n int)');
  for (const number of [1, 2, 3]) await server.psql(`insert into t values (${number})`);
  const name = await server.psql('select pg_walfile_name(pg_current_wal_lsn())');
  const segment = await readFile(join(server.dataFolder, 'pg_wal', name));
  const whole = await events(segment);
  // The last that is not the very last, and within one page.
  const place = whole.slice(0, -1).findLast((lsn) => Number(lsn % 8192n) < 8000) ?? 0n;
  const before = whole.filter((lsn) => lsn < place);
  const alter = (byte: number): Buffer => {
    const altered = Buffer.from(segment);
    altered[Number(place % BigInt(segment.length)) + byte]! ^= 8;
    return altered;
  };
  expect(whole.length - before.length).toBeGreaterThan(1);
  expect(await events(alter(8)), 'where the one before begins').toEqual(before);
  expect(await events(alter(28)), 'when it was').toEqual(whole.filter((lsn) => lsn !== place));
});

async function events(segment: Buffer): Promise<readonly bigint[]> {
  const reader = await (await loadWalFormat()).reader();
  return reader.read(segment).events.map(({ lsn }) => lsn);
}

async function dumped(server: PostgresServer, first: string) {
  const { stdout } = await execa(
    join(server.bin, 'pg_waldump'),
    [
      '--path',
      join(server.dataFolder, 'pg_wal'),
      '--start',
      first,
      '--rmgr=Transaction',
      '--rmgr=XLOG',
    ],
    { env: { TZ: 'UTC' }, reject: false },
  );
  return stdout.split('\n').flatMap((text) => {
    const [, lsn = '', what, rest = ''] = line.exec(text) ?? [];
    if (what === undefined) return [];
    const place = lsnText(parseLsn(lsn) ?? 0n);
    if (what === 'RESTORE_POINT') return [{ lsn, told: `${place} restore point ${rest}` }];
    const at = parseMoment(time.exec(rest)?.[0] ?? '');
    return [{ lsn, told: `${place} transaction ${at}` }];
  });
}

async function readAll(server: PostgresServer, first: string) {
  const names = await server.psql(
    `select string_agg(name, ',' order by name) from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$' and name >= pg_walfile_name('${first}')`,
  );
  const reader = await (await loadWalFormat()).reader();
  const seen: string[] = [];
  let lastRecord = 0n;
  for (const name of names.split(',')) {
    const reading = reader.read(await readFile(join(server.dataFolder, 'pg_wal', name)));
    lastRecord = reading.lastRecord ?? lastRecord;
    for (const { kind, lsn, at, name: point } of reading.events)
      if (lsn >= (parseLsn(first) ?? 0n))
        seen.push(`${lsnText(lsn)} ${kind} ${kind === 'transaction' ? at : point}`);
  }
  return { seen, lastRecord };
}
