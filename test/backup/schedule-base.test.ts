import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { cluster, type Cluster, resultOf } from '../engines/postgres/base/clusters.ts';
import { postgresVersions } from '../support/postgres.ts';
import { project } from '../support/project.ts';
import { asCron, lineOf } from './scheduling.ts';

interface Scheduled {
  readonly cron: string;
  readonly systemd: { readonly service: string; readonly timer: string };
  readonly kubernetes: string;
}
interface Listed {
  readonly backups: readonly {
    readonly id: string;
    readonly kind: string;
    readonly parent: string | null;
    readonly proved: { readonly verified: boolean } | null;
  }[];
}

const base = ['backup', 'schedule', '--kind', 'base'];

/** Runs the line that cron would, and tells what is there then. */
async function night(made: Cluster, command: string): Promise<Listed['backups']> {
  const { exitCode, stdout } = await asCron(`(${command}) 2>&1`, made.work.path);
  expect([exitCode, stdout]).toEqual([0, '']);
  return (await resultOf<Listed>(made, ['backup', 'list'])).backups;
}

async function commandOf(made: Cluster, args: readonly string[]): Promise<string> {
  const { cron } = await resultOf<Scheduled>(made, [...base, ...args]);
  const folder = join(made.work.path, '.config/jem-db');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'backup.env'), `JEM_DB_DATABASE_URL='${made.server.url()}'\n`);
  return lineOf(cron).command;
}

it('a line of cron takes base backups, proves and prunes them, on PostgreSQL 15', async () => {
  await using made = await cluster(binOf(15));
  const args = ['--verify', '--keep-last', '1', '--no-fingerprints', '--rate', '1024M'];
  const command = await commandOf(made, args);
  expect(command).toContain('backup create --quiet --kind base --rate 1024M --no-fingerprints');
  const [first, ...others] = await night(made, command);
  expect(first).toMatchObject({ kind: 'base', parent: null, proved: { verified: true } });
  expect(others).toEqual([]);
  const [second, ...more] = await night(made, command);
  expect(second?.id).not.toBe(first?.id);
  expect(more).toEqual([]);
}, 60_000);

it('a line of cron begins with a whole backup, and ends a chain with the next one', async () => {
  await using made = await cluster(binOf(18), { conf: ['summarize_wal = on'] });
  const args = ['--incremental', '--max-increments', '2', '--no-fingerprints', '--keep-last', '9'];
  const command = await commandOf(made, args);
  for (let at = 0; at < 4; at++) await night(made, command);
  const { backups } = await resultOf<Listed>(made, ['backup', 'list']);
  const [first, second] = backups.map(({ id }) => id);
  expect(backups.map(({ parent }) => parent)).toEqual([null, first, second, null]);
}, 60_000);

it('all three forms say the same, under a name of their own', async () => {
  await using work = await project();
  const env = { DATABASE_URL: 'postgres://backup@db.example/app', JEM_DB_BACKUPS: 's3://b/p' };
  const args = [...base, '--incremental', '--verify', '--keep-window', '7d'];
  const done = await work.run([...args, '--json'], { env });
  const { cron, systemd, kubernetes } = done.json<Scheduled>().result;
  const create = 'backup create --quiet --kind base --incremental --max-increments 6 --verify';
  const prune = 'backup prune --quiet --yes --keep-window 7d';
  for (const text of [cron, systemd.service])
    for (const words of [`${create} --retries 3`, prune]) expect(text).toContain(words);
  const files = ['jem-db-base-backup.service', 'jem-db-base-backup.timer'];
  await work.write({ [files[0]!]: systemd.service, [files[1]!]: systemd.timer });
  const paths = files.map((name) => join(work.path, name));
  expect(await execa('systemd-analyze', ['verify', '--man=no', ...paths])).toMatchObject({
    stderr: '',
  });
  expect(systemd.timer).toContain('enable --now jem-db-base-backup.timer');
  const job = parse(kubernetes) as { metadata: { name: string }; spec: object };
  expect(job.metadata.name).toBe('jem-db-base-backup');
  const text = JSON.stringify(job.spec);
  expect(text).toContain(JSON.stringify(['jem-db', ...create.split(' '), '--retries', '3']));
  expect(text).toContain(JSON.stringify(['jem-db', ...prune.split(' ')]));
});

it.each([
  [[...base, '-d', './app.db'], 'no backups of kind base'],
  [['backup', 'schedule', '--incremental', '-d', 'postgres://a/b'], 'goes with base backups'],
  [['backup', 'schedule', '--max-increments', '3'], 'goes with base backups'],
  [[...base, '--max-increments', '3', '-d', 'postgres://a/b'], 'goes with --incremental'],
  [[...base, '--rate', 'fast', '-d', 'postgres://a/b'], 'is no rate'],
])('refuses what cannot be meant: %s', async (args, words) => {
  await using work = await project();
  const { exitCode, stderr } = await work.run(args);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(words)]);
});

function binOf(wanted: number): string {
  return postgresVersions().find(({ major }) => major === wanted)?.bin ?? '';
}
