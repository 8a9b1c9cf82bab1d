import { readdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { get, put } from '../../../src/repository/s3/objects.ts';
import { unfinishedUploads } from '../../../src/repository/s3/upload.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { rejection } from '../../support/rejection.ts';
import { hasStore, store, storeEnvironment } from '../../support/s3.ts';
import { until } from '../../support/until.ts';
import { bucketClient, keysAt, newPlace, openInStore, prefixOf } from '../bucket.ts';
import { backUp, content, faults, key } from '../making.ts';
import { startWorker } from '../working.ts';
import { networkTo } from './network.ts';

const started = async (task: string, place: string, tmp = '/tmp', encrypted = false) =>
  startWorker(task, place, {
    encrypted,
    env: { ...storeEnvironment(), ENDPOINT: store().endpoint, TMPDIR: tmp },
  });

async function killed(worker: Awaited<ReturnType<typeof started>>): Promise<void> {
  worker.process.kill('SIGKILL');
  await worker.process;
}

/** The objects that tell of works, without what their names begin with. */
const worksAt = async (place: string): Promise<readonly string[]> =>
  (await keysAt(place)).filter((name) => name.startsWith('.work/'));

describe.runIf(hasStore())('a process that is killed', () => {
  test('at any moment: nothing is half published, nothing is lost, a sweep leaves nothing', async () => {
    await using folder = await temporaryFolder();
    const place = await newPlace();
    const repository = await openInStore(place, { key });
    const first = await backUp(repository);
    for (let round = 0; round < 4; round++) {
      const worker = await started('loop', place, folder.path, true);
      await worker.lines(1);
      // Anywhere in the round of some hundreds of milliseconds that the worker goes through.
      await pause(Math.random() * 900);
      await killed(worker);
      const listed = await repository.list();
      expect(listed.map(({ damage }) => damage).filter(Boolean)).toEqual([]);
      const there = new Set(listed.map(({ id }) => id));
      const removing = new Set(worker.told.map((line) => line['removing']));
      const made = worker.told.flatMap((line) => (line['made'] ? [line['made']] : []));
      for (const id of made.filter((one) => !removing.has(one))) expect(there).toContain(id);
      await repository.sweep();
      expect(await worksAt(place)).toEqual([]);
      expect(await unfinishedUploads(bucketClient(), prefixOf(place))).toEqual([]);
      const swept = await repository.list();
      const ids = new Set((await keysAt(place)).map((name) => name.split('/')[0]));
      expect(ids).toEqual(new Set(swept.map(({ id }) => id)));
      for (const { id } of swept) {
        const found = Object.keys(await faults(repository, id));
        expect(found.filter((path) => !/^proofs\/.*\.html$/.test(path))).toEqual([]);
        if (id !== first.id) await repository.remove(id);
      }
    }
    expect(await repository.list()).toMatchObject([{ id: first.id }]);
  }, 120_000);

  test('while it holds the lock: it is named, then passed over', async () => {
    const place = await newPlace();
    const repository = await openInStore(place);
    const worker = await started('lock', place);
    await worker.lines(1);
    expect(await rejection(repository.exclusively(async () => {}))).toMatchObject({
      code: 'repository-busy',
      details: { why: expect.stringContaining(`process ${worker.process.pid} on `) },
    });
    await killed(worker);
    expect(await repository.exclusively(async () => 'mine')).toBe('mine');
    expect(await repository.sweep()).toHaveLength(1);
    expect(await keysAt(place)).toEqual([]);
  });

  test('in the middle of a large file: its parts are swept too', async () => {
    const place = await newPlace();
    const worker = await started('part', place);
    await worker.lines(1);
    const parts = (): Promise<readonly unknown[]> =>
      unfinishedUploads(bucketClient(), prefixOf(place));
    await until('a part in the store', async () => (await parts()).length > 0);
    const repository = await openInStore(place);
    expect(await repository.sweep()).toEqual([]);
    expect(await parts()).toHaveLength(1);
    await killed(worker);
    await repository.sweep();
    expect(await parts()).toEqual([]);
    expect(await keysAt(place)).toEqual([]);
  });

  test('on another machine is taken to live until the clock of the store says no', async () => {
    await using folder = await temporaryFolder();
    const place = await newPlace();
    const worker = await started('hold', place, folder.path);
    await worker.lines(1);
    await killed(worker);
    const [name = ''] = await worksAt(place);
    const lease = `${prefixOf(place)}${name}`;
    const known = JSON.parse((await get(bucketClient(), lease))?.toString() ?? '');
    const elsewhere = Buffer.from(JSON.stringify({ ...known, bootId: 'of another machine' }));
    await put(bucketClient(), lease, [elsewhere]);
    await put(bucketClient(), `${prefixOf(place)}${String(worker.told[0]!['holding'])}/x`, [
      elsewhere,
    ]);
    expect(await (await openInStore(place)).sweep()).not.toContainEqual(
      expect.stringContaining(place),
    );
    await using network = await networkTo(store().endpoint, { down: twentyMinutesOn });
    const later = await openInStore(place, { endpoint: network.endpoint });
    expect(await later.sweep()).toContainEqual(`${place}/${name}`);
    expect(await keysAt(place)).toEqual([]);
    await openInStore(place).then((one) => one.sweep());
    expect((await readdir(folder.path)).filter((one) => one.startsWith('jem-db'))).toHaveLength(1);
  });
});

async function* aByte(): AsyncGenerator<Buffer> {
  yield Buffer.from('a');
}

/** Answers as of a store whose clock has gone on since its objects were written. */
function twentyMinutesOn(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  const later = text.replace(/^date: (.*)\r$/im, (_, date: string) => {
    return `Date: ${new Date(Date.parse(date) + 20 * 60_000).toUTCString()}\r`;
  });
  return Buffer.from(later, 'latin1');
}

describe.runIf(hasStore())('a process that was taken for gone', () => {
  test('does not publish what is left of its backup', async () => {
    const place = await newPlace();
    const repository = await openInStore(place);
    const earlier = await backUp(repository);
    {
      await using draft = await repository.begin();
      await draft.stage.put('a.dat', aByte(), 'plain');
      const [name = ''] = await worksAt(place);
      await bucketClient().text({ method: 'DELETE', key: `${prefixOf(place)}${name}` });
      expect(await rejection(draft.publish(content))).toMatchObject({
        code: 'repository-unusable',
        details: { why: expect.stringContaining('took this process for gone') },
      });
    }
    expect(await repository.list()).toMatchObject([{ id: earlier.id }]);
  });

  test('nor one that lacks a file by then', async () => {
    const place = await newPlace();
    const repository = await openInStore(place);
    await using draft = await repository.begin();
    await draft.stage.put('a.dat', aByte(), 'compressed');
    await bucketClient().text({ method: 'DELETE', key: `${prefixOf(place)}${draft.id}/a.dat` });
    expect(await rejection(draft.publish(content))).toMatchObject({
      details: { why: `${place} does not show a.dat as it was stored.` },
    });
    expect(await repository.list()).toEqual([]);
  });
});

test.runIf(hasStore())('of many who want the lock at once, never two have it', async () => {
  const place = await newPlace();
  let [inside, most] = [0, 0];
  const tries = Array.from({ length: 5 }, async () =>
    (await openInStore(place)).exclusively(async () => {
      most = Math.max(most, ++inside);
      await pause(50);
      inside--;
    }),
  );
  const outcomes = await Promise.allSettled(tries);
  expect(most).toBeLessThanOrEqual(1);
  for (const outcome of outcomes.filter(({ status }) => status === 'rejected'))
    expect(outcome).toMatchObject({ reason: { code: 'repository-busy' } });
  expect(await keysAt(place)).toEqual([]);
});
