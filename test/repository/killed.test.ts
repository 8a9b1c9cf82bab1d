import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { rejection } from '../support/rejection.ts';
import { backUp, faults, key, open } from './making.ts';
import { startWorker, work } from './working.ts';

const hidden = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.startsWith('.'));
const plainFolders = async (): Promise<string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('jem-db-plain-'));

/** Milliseconds ago: longer than any process is silent. */
const longAgo = (): Date => new Date(Date.now() - 20 * 60_000);

/** As if time had passed: for the moment in which a process has not said yet who it is. */
async function grownOld(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name !== 'backups');
  for (const path of names.map((name) => join(folder, name))) {
    // What holds more was not just being made, and must be known without waiting.
    if ((await readdir(path)).some((name) => name !== 'alive')) continue;
    await utimes(join(path, 'alive'), longAgo(), longAgo()).catch(() => {});
    await utimes(path, longAgo(), longAgo());
  }
}

async function killed(worker: Awaited<ReturnType<typeof startWorker>>): Promise<void> {
  worker.process.kill('SIGKILL');
  await worker.process;
}

describe.each([{ encrypted: false }, { encrypted: true }])(
  'killed at any moment, encrypted: $encrypted',
  ({ encrypted }) => {
    test('nothing is half published, nothing is lost, and a sweep leaves nothing', async () => {
      await using folder = await temporaryFolder();
      const location = join(folder.path, 'backups');
      const env = { TMPDIR: folder.path };
      const repository = open(location, { key: encrypted ? key : null });
      const first = await backUp(repository);
      for (let round = 0; round < 25; round++) {
        const worker = await startWorker('loop', location, { encrypted, env });
        await worker.lines(1);
        // Anywhere in the round of some tens of milliseconds that the worker goes through.
        await pause(Math.random() * 120);
        await killed(worker);
        const listed = await repository.list();
        expect(listed.map(({ damage }) => damage).filter(Boolean)).toEqual([]);
        const there = new Set(listed.map(({ id }) => id));
        const removing = new Set(worker.told.map((line) => line['removing']));
        const made = worker.told.flatMap((line) => (line['made'] ? [line['made']] : []));
        for (const id of made.filter((one) => !removing.has(one))) expect(there).toContain(id);
        await grownOld(location);
        await grownOld(folder.path);
        await work('sweep', location, { env });
        expect(await hidden(location)).toEqual([]);
        expect((await readdir(folder.path)).filter((name) => name !== 'backups')).toEqual([]);
        for (const { id } of listed) {
          const found = Object.keys(await faults(repository, id));
          // A page whose verdict was not written any more.
          expect(found.filter((path) => !/^proofs\/.*\.html$/.test(path))).toEqual([]);
          if (id !== first.id) await repository.remove(id);
        }
      }
      expect(await repository.list()).toMatchObject([{ id: first.id }]);
    }, 180_000);
  },
);

test('a running backup is not swept; a killed one is, with its plain text', async () => {
  await using folder = await temporaryFolder();
  const worker = await startWorker('hold', folder.path, { encrypted: true });
  await worker.lines(1);
  const stage = String(worker.told[0]!['stage']);
  const repository = open(folder.path);
  expect(stage.startsWith(join(tmpdir(), 'jem-db-plain-'))).toBe(true);
  expect(await repository.sweep()).toEqual([]);
  expect(await readFile(join(stage, 'plain.dat'), 'utf8')).toBe('secret');
  await killed(worker);
  const partial = join(folder.path, `.${String(worker.told[0]!['holding'])}.partial`);
  expect((await repository.sweep()).toSorted()).toEqual([partial, stage].toSorted());
  expect(await readdir(folder.path)).toEqual([]);
  expect(await plainFolders()).not.toContain(stage.split('/').at(-1));
});

test('the lock of a killed process is passed over', async () => {
  await using folder = await temporaryFolder();
  const repository = open(folder.path);
  const worker = await startWorker('lock', folder.path);
  await worker.lines(1);
  expect(await rejection(repository.exclusively(async () => {}))).toMatchObject({
    code: 'repository-busy',
    details: { why: expect.stringContaining(`process ${worker.process.pid} on `) },
  });
  await killed(worker);
  expect(await repository.exclusively(async () => 'mine')).toBe('mine');
  expect(await repository.sweep()).toHaveLength(1);
  expect(await readdir(folder.path)).toEqual([]);
});

test('of many who want the lock at once, never two have it', async () => {
  await using folder = await temporaryFolder();
  let [inside, most, times] = [0, 0, 0];
  const tries = Array.from({ length: 12 }, () =>
    open(folder.path).exclusively(async () => {
      most = Math.max(most, ++inside);
      times++;
      await pause(5);
      inside--;
    }),
  );
  const outcomes = await Promise.allSettled(tries);
  expect(most).toBe(1);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(times);
});

describe('a process that cannot be seen', () => {
  /** A killed backup as it looks from another machine. */
  async function elsewhere(folder: string) {
    const worker = await startWorker('hold', folder);
    await worker.lines(1);
    await killed(worker);
    const partial = join(folder, `.${String(worker.told[0]!['holding'])}.partial`);
    const sign = join(partial, 'alive');
    const known = JSON.parse(await readFile(sign, 'utf8'));
    await writeFile(sign, JSON.stringify({ ...known, bootId: 'of another machine' }));
    return { partial, sign };
  }

  test('is taken to live for some minutes after its last sign', async () => {
    await using folder = await temporaryFolder();
    const { partial, sign } = await elsewhere(folder.path);
    expect(await open(folder.path).sweep()).toEqual([]);
    await utimes(sign, longAgo(), longAgo());
    expect(await open(folder.path).sweep()).toEqual([partial]);
  });

  test('that has not said who it is has some minutes too', async () => {
    await using folder = await temporaryFolder();
    const { partial, sign } = await elsewhere(folder.path);
    await writeFile(sign, '');
    expect(await open(folder.path).sweep()).toEqual([]);
    await utimes(sign, longAgo(), longAgo());
    expect(await open(folder.path).sweep()).toEqual([partial]);
  });

  test.runIf(process.getuid?.() === 0)(
    'in another container is not taken for one here',
    async () => {
      await using folder = await temporaryFolder();
      const under = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
      const worker = await startWorker('hold', folder.path, { under });
      await worker.lines(1);
      expect(await open(folder.path).sweep()).toEqual([]);
      await killed(worker);
      expect(await open(folder.path).sweep()).toEqual([]);
    },
  );
});

test('a process number that was given to another is not the one that worked here', async () => {
  await using folder = await temporaryFolder();
  const worker = await startWorker('hold', folder.path);
  await worker.lines(1);
  await killed(worker);
  const partial = join(folder.path, `.${String(worker.told[0]!['holding'])}.partial`);
  const sign = join(partial, 'alive');
  const known = JSON.parse(await readFile(sign, 'utf8'));
  await writeFile(sign, JSON.stringify({ ...known, pid: process.pid }));
  expect(await open(folder.path).sweep()).toEqual([partial]);
});
