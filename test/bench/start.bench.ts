import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dataFolder, nameOf, writeSegments } from '../backup/wal/segments.ts';
import { cliPath } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { measure, median, medianRatio, type Measurement } from './measure.ts';
import { printTable } from './table.ts';

const rounds = 21;

const push = [cliPath, 'backup', 'wal', 'push', `data/pg_wal/${nameOf(1)}`];

const commands = [
  { name: 'node -e 0', args: ['-e', '0'], limit: null },
  { name: '--version', args: [cliPath, '--version'], limit: 1.25 },
  { name: '--help', args: [cliPath, '--help'], limit: 1.6 },
  { name: 'backup wal push, stored before', args: push, limit: 2 },
  { name: 'migrate status, SQLite', args: [cliPath, 'migrate', 'status'], limit: 2.5 },
];

test('a cold start costs little more than Node itself', async () => {
  await using folder = await temporaryFolder();
  const cwd = folder.path;
  await mkdir(join(cwd, 'migrations'));
  await writeFile(join(cwd, 'migrations/1_t.up.sql'), 'create table t (id integer primary key);');
  const node = (args: readonly string[]) => measure({ program: process.execPath, args, cwd });
  await node([cliPath, 'migrate', 'up']);
  await writeSegments(await dataFolder(cwd), [1]);
  await node(push);

  const measured = commands.map(() => [] as Measurement[]);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, command] of commands.entries()) {
      measured[index]?.push(await node(command.args));
    }
  }
  const base = measured[0] ?? [];
  const results = commands.map((command, index) => {
    const ours = measured[index] ?? [];
    return { ...command, ours, ratio: medianRatio(ours, base, 'cpuMs') };
  });
  printTable(
    `Cold start, median of ${rounds} (CPU = user + sys, against node -e 0)`,
    ['', 'CPU ms', 'ratio', 'limit', 'wall ms', 'peak MiB'],
    results.map(({ name, ours, ratio, limit }) => [
      name,
      median(ours.map((one) => one.cpuMs)),
      ratio,
      limit,
      median(ours.map((one) => one.wallMs)),
      median(ours.map((one) => one.peakMiB)),
    ]),
  );
  for (const { name, ratio, limit } of results) {
    expect.soft(ratio, name).toBeLessThanOrEqual(limit ?? ratio);
  }
});
