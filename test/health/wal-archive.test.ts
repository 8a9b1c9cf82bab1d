import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Archiving, judgeWalArchive } from '../../src/health/own/wal-archive.ts';
import type { CheckResult, HealthResult } from '../../src/health/run.ts';
import { startArchived } from '../backup/wal/archived-server.ts';
import { resultOf } from '../backup/setup.ts';
import { postgresVersions, sharedPostgres } from '../support/postgres.ts';
import { type Project, project } from '../support/project.ts';
import { until } from '../support/until.ts';

async function looked(work: Project, ...args: string[]): Promise<CheckResult | undefined> {
  const line = ['health', '--only', 'wal-archive', '--fail-on', 'never', '--timeout', '1min'];
  return (await resultOf<HealthResult>(work, [...line, ...args])).checks[0];
}

const newest = postgresVersions().at(-1)!;
const now = Date.parse('2026-11-21T12:00:00Z');

const archiving: Archiving = {
  ...{ mode: 'on', currentSegment: '000000010000000000000009', place: '/srv/backups', gaps: [] },
  ...{ last: '000000010000000000000008', lastAt: '2026-11-21T11:00:00.000Z', behind: 0 },
  ...{ failing: false, lastFailed: null, failedCount: 0, waiting: 0 },
};

describe('the health of the archived log', () => {
  it('goes by its age while the server is ahead, and by failures and gaps whatever the age', () => {
    const judged = (more: Partial<Archiving>) => judgeWalArchive({ ...archiving, ...more }, now);
    expect(judged({})).toMatchObject({ status: 'ok', value: 0 });
    expect(judged({ behind: 2 })).toMatchObject({ status: null, value: 3600 });
    expect(judged({ mode: 'off', place: null })).toHaveProperty('notApplicable');
    // Streamed by `backup wal receive`: a server that does not archive itself.
    expect(judged({ mode: 'off', behind: 1, failing: true })).toMatchObject({ status: null });
    expect(judged({ failing: true, lastFailed: 'X' })).toMatchObject({ status: 'critical' });
    const gap = {
      first: '000000010000000000000003',
      last: '000000010000000000000004',
      segments: 2,
    };
    expect(judged({ gaps: [gap] })).toMatchObject({
      status: 'critical',
      summary: expect.stringContaining('000000010000000000000003 to 000000010000000000000004'),
    });
    const nothing = { last: null, lastAt: null, behind: null };
    expect(judged({ ...nothing, waiting: 0 })).toMatchObject({ status: 'ok' });
    expect(judged({ ...nothing, waiting: 3 })).toMatchObject({ status: 'critical' });
    expect(judged({ ...nothing, waiting: null })).toMatchObject({ status: 'unknown' });
  });

  it('has nothing to say of a server that archives nothing', async () => {
    const server = await sharedPostgres(newest.major);
    await using work = await project({}, await server.createDatabase());
    const { skipped } = await resultOf<HealthResult>(work, [
      'health',
      '--only',
      'wal-archive',
      '--fail-on',
      'never',
    ]);
    expect(skipped).toEqual([{ id: 'wal-archive', reason: 'archive_mode is off' }]);
  });

  it('follows an archive: whole, with a gap, with a failing archiver, archived by another tool', async () => {
    await using archived = await startArchived(newest.bin);
    const { server, backups } = archived;
    await using work = await project({}, server.url());
    const place = ['--backups', backups];
    const last = [await archived.switched(), await archived.switched(), await archived.switched()];
    expect(await looked(work, ...place)).toMatchObject({
      ...{ status: 'ok', value: 0, unit: 's', warning: 600, critical: 3600 },
      summary: expect.stringContaining(last[2] ?? ''),
    });
    // This repository has none of it: what the server says counts.
    expect(await looked(work)).toMatchObject({
      status: 'ok',
      summary: expect.stringContaining('as the server says'),
    });
    const files = (await readdir(backups, { recursive: true })).filter((name) =>
      name.includes(last[1] ?? ''),
    );
    expect(files.length).toBeGreaterThan(0);
    for (const name of files) await rm(join(backups, name), { recursive: true });
    expect(await looked(work, ...place)).toMatchObject({
      status: 'critical',
      summary: expect.stringContaining(`is missing in ${backups}: ${last[1]}`),
      hint: expect.stringContaining('--kind base'),
    });
    await server.psql("alter system set archive_command = 'false'");
    await server.reload();
    await server.psql('create table t (a int); select pg_switch_wal()');
    await until(
      'the archiver to fail',
      async () => Number(await server.psql('select failed_count from pg_stat_archiver')) > 0,
    );
    expect(await looked(work)).toMatchObject({
      status: 'critical',
      summary: expect.stringContaining('archive_command failed last'),
    });
    await server.psql("alter system set archive_command = ''");
    await server.reload();
    await server.psql("select pg_stat_reset_shared('archiver')");
    expect(await looked(work)).toMatchObject({
      status: 'critical',
      summary: expect.stringMatching(/nothing .* is archived, and \d+ files? waits?/),
    });
  });
});
