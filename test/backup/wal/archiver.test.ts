import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { jemDb } from '../../support/cli.ts';
import { schemaErrors } from '../../support/schema.ts';
import { password, superuser } from '../../support/postgres-server.ts';
import { postgresVersions } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { filesBelow } from '../../repository/making.ts';
import { copyOf, recover, startArchived, walCommand } from './archived-server.ts';

test.each(postgresVersions())(
  'PostgreSQL $major: every committed transaction comes back from the archive',
  async ({ bin }) => {
    await using archived = await startArchived(bin);
    const { server, home } = archived;
    const root = await copyOf(server);
    await execa(join(bin, 'pgbench'), ['-i', '-s', '1', '-q', ...connection(server)], login);
    // Killed while it archives: what it had begun goes on, beside what it begins when it is back.
    await server.psql('select pg_switch_wal()');
    await server.kill();
    await server.start();
    await execa(join(bin, 'pgbench'), ['-c', '4', '-t', '100', '-n', ...connection(server)], login);
    const before = await server.psql(
      'select count(*), sum(delta), (select sum(abalance) from pgbench_accounts) from pgbench_history',
    );
    await archived.switched();
    await server.kill();

    const recovered = await recover(server, root, walCommand('fetch', home));
    expect(
      await recovered.psql(
        'select count(*), sum(delta), (select sum(abalance) from pgbench_accounts) from pgbench_history',
      ),
    ).toBe(before);
    expect(before.split('|')[0]).toBe('400');
    expect(await recovered.log()).not.toMatch(/error:/);
    await recovered[Symbol.asyncDispose]();

    const options = { cwd: home };
    const status = await jemDb(['backup', 'wal', 'status', '--json'], options);
    const document = status.json<{ clusters: { timelines: object[]; segmentBytes: number }[] }>();
    expect(document.result.clusters).toMatchObject([
      { segmentBytes: 16777216, timelines: [{ timeline: 1, gaps: [] }] },
    ]);
    expect(schemaErrors(document)).toEqual([]);
  },
);

test.each(postgresVersions())(
  'PostgreSQL $major: a promoted copy goes on in the same archive, on a timeline of its own',
  async ({ bin }) => {
    await using archived = await startArchived(bin);
    const { server, home } = archived;
    await server.psql('create table t as select 1 as n');
    const [first, second] = [await copyOf(server), await copyOf(server)];
    await server.psql('insert into t values (2)');
    await archived.switched();
    await server.kill();

    const fetch = walCommand('fetch', home);
    const push = `archive_command = '${walCommand('push', home)}'`;
    await using promoted = await recover(server, first, fetch, ['archive_mode = on', push]);
    await promoted.psql('insert into t values (3)');
    const last = await promoted.psql('select pg_walfile_name(pg_current_wal_insert_lsn())');
    await promoted.psql('select pg_switch_wal()');
    await until(`${last} to be archived`, async () => {
      const told = await promoted.psql('select last_archived_wal from pg_stat_archiver');
      return told >= last;
    });
    expect(last).toMatch(/^00000002/);
    await promoted.stop();

    await using again = await recover(server, second, fetch);
    expect(await again.psql('select string_agg(n::text, $$,$$ order by n) from t')).toBe('1,2,3');
    expect(await again.psql('select timeline_id from pg_control_checkpoint()')).toBe('3');
    const { stdout, exitCode } = await jemDb(['backup', 'wal', 'status'], { cwd: home });
    expect(stdout).toMatch(/Histories: 00000002\.history/);
    expect(exitCode).toBe(0);
  },
);

test('segments that are missing between others are told, with exit code 1', async () => {
  const { bin } = postgresVersions()[0]!;
  await using archived = await startArchived(bin);
  const { server, home, backups } = archived;
  await archived.switched();
  const gone = await archived.switched();
  await archived.switched();
  const state = await jemDb(['backup', 'wal', 'status', '--json', '-d', server.url()], {
    cwd: home,
  });
  expect(state.json().result).toMatchObject({
    server: { behindSegments: 0, failing: false, archiveMode: 'on', waiting: 0 },
  });
  expect(schemaErrors(state.json())).toEqual([]);
  for (const path of (await filesBelow(backups)).keys())
    if (path.includes(gone)) await rm(join(backups, path));
  const { exitCode, stdout } = await jemDb(['backup', 'wal', 'status'], { cwd: home });
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(new RegExp(`^Missing: ${gone}$`, 'm'));
  expect(stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
});

test('a server keeps what cannot be stored, and hands it over when it can', async () => {
  const { bin } = postgresVersions()[1]!;
  await using archived = await startArchived(bin);
  const { server, home, backups } = archived;
  await archived.switched();
  await rename(backups, `${backups}.away`);
  const kept = await server.psql('select pg_walfile_name(pg_current_wal_insert_lsn())');
  await server.psql('create table t as select 1; select pg_switch_wal()');
  await until('the archiver to fail', async () => {
    const failed = await server.psql('select failed_count from pg_stat_archiver');
    return Number(failed) > 0;
  });
  const { exitCode, stdout } = await jemDb(['backup', 'wal', 'status', '-d', server.url()], {
    cwd: home,
  });
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/Last failure: /);
  await rename(`${backups}.away`, backups);
  await until(
    `${kept} to be archived`,
    async () => [...(await filesBelow(backups)).keys()].some((path) => path.includes(kept)),
    120_000,
  );
  expect(await server.log()).not.toMatch(/PANIC/);
}, 150_000);

const login = { env: { PGPASSWORD: password } };

function connection(server: { socketFolder: string; port: number }): string[] {
  return ['-h', server.socketFolder, '-p', String(server.port), '-U', superuser, 'postgres'];
}
