import { once } from 'node:events';
import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { Repository } from '../../../src/repository/contract.ts';
import type { Manifest } from '../../../src/repository/manifest.ts';
import { put } from '../../../src/repository/s3/objects.ts';
import { unfinishedUploads } from '../../../src/repository/s3/upload.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { freePort } from '../../support/free-port.ts';
import { rejection } from '../../support/rejection.ts';
import { startDoor } from '../../support/s3-server.ts';
import { hasStore, store, storeEnvironment } from '../../support/s3.ts';
import { bucketClient, keysAt, makeBucket, newPlace, openInStore, prefixOf } from '../bucket.ts';
import {
  backUp,
  bytesByPath,
  content,
  faults,
  filesBelow,
  open,
  readBack,
  someFiles,
} from '../making.ts';
import { networkTo, type Weather } from './network.ts';

const mebibyte = 1024 * 1024;
const large = randomBytes(20 * mebibyte);

async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += mebibyte) yield bytes.subarray(at, at + mebibyte);
}

/** A backup of one file of three parts; `meanwhile` runs when `after` bytes were taken of it. */
async function backUpLarge(
  repository: Repository,
  after = 0,
  meanwhile: () => Promise<void> | void = () => {},
): Promise<Manifest> {
  await using draft = await repository.begin();
  async function* bytes(): AsyncGenerator<Buffer> {
    yield* inPieces(large.subarray(0, after));
    await meanwhile();
    yield* inPieces(large.subarray(after));
  }
  await draft.stage.put('large.dat', bytes(), 'compressed');
  return await draft.publish(content);
}

async function largeIn(repository: Repository, id: string): Promise<Buffer> {
  await using source = await repository.source(id);
  return await buffer(source.open('large.dat'));
}

describe.runIf(hasStore())('a network', () => {
  let done = false;
  /** Does it once, when so many bytes have passed a connection. */
  const onceAfter =
    (bytes: number, what: (piece: Buffer) => Buffer | null) => (piece: Buffer, before: number) => {
      if (done || before + piece.length < bytes) return piece;
      done = true;
      return what(piece);
    };
  const flipped = (piece: Buffer): Buffer => {
    const other = Buffer.from(piece);
    other[other.length - 1]! ^= 1;
    return other;
  };

  test.each<readonly [string, Weather]>([
    ['cuts a part on its way there', { up: onceAfter(3 * mebibyte, () => null) }],
    ['alters a part on its way there', { up: onceAfter(3 * mebibyte, flipped) }],
    ['cuts the answer', { down: onceAfter(2000, () => null) }],
  ])('that %s: the part is sent again', async (_name, weather) => {
    done = false;
    await using network = await networkTo(store().endpoint, weather);
    const place = await newPlace();
    const { id } = await backUpLarge(await openInStore(place, { endpoint: network.endpoint }));
    expect(done).toBe(true);
    expect((await largeIn(await openInStore(place), id)).equals(large)).toBe(true);
    expect(await unfinishedUploads(bucketClient(), prefixOf(place))).toEqual([]);
  });

  test('that cuts a download: it goes on where it was', async () => {
    done = false;
    let asked = '';
    await using network = await networkTo(store().endpoint, {
      down: onceAfter(5 * mebibyte, () => null),
      up: (bytes) => {
        asked += /range: bytes=\d+-/i.exec(bytes.toString('latin1'))?.[0] ?? '';
        return bytes;
      },
    });
    const place = await newPlace();
    const { id } = await backUpLarge(await openInStore(place));
    const repository = await openInStore(place, { endpoint: network.endpoint });
    expect((await largeIn(repository, id)).equals(large)).toBe(true);
    expect(asked).toMatch(/^range: bytes=\d{6,7}-$/i);
  });
});

test.runIf(hasStore())('a removal that is cut off: it is no backup any more', async () => {
  let removals = 0;
  await using network = await networkTo(store().endpoint, {
    up: (bytes) =>
      bytes.toString('latin1').startsWith('DELETE ') && ++removals > 1 ? null : bytes,
  });
  const place = await newPlace();
  const there = await openInStore(place);
  const { id } = await backUp(there);
  const cutOff = await openInStore(place, { endpoint: network.endpoint, patience: 100 });
  expect(await rejection(cutOff.remove(id))).toMatchObject({ code: 'store-unreachable' });
  expect(await keysAt(place)).toContain(`${id}/toc.dat`);
  expect(await there.list()).toEqual([]);
});

describe.runIf(hasStore())('a store', () => {
  test('that stops and comes back is waited for; one that does not is told', async () => {
    const port = await freePort();
    let door = await startDoor(store().folder, port);
    const stop = async (): Promise<void> => {
      const exit = once(door, 'exit');
      door.kill('SIGKILL');
      await exit;
    };
    const place = await newPlace();
    const endpoint = `http://127.0.0.1:${port}`;
    let restarted = Promise.resolve();
    const patient = await openInStore(place, { endpoint });
    const { id } = await backUpLarge(patient, 18 * mebibyte, async () => {
      await stop();
      restarted = startDoor(store().folder, port).then((next) => void (door = next));
    });
    await restarted;
    const there = await openInStore(place);
    expect((await largeIn(there, id)).equals(large)).toBe(true);
    const impatient = await openInStore(place, { endpoint, patience: 300 });
    expect(await rejection(backUpLarge(impatient, 18 * mebibyte, stop))).toMatchObject({
      code: 'store-unreachable',
      exitCode: 3,
      message: `${place} cannot be reached at ${endpoint}`,
      details: { why: 'Nothing listens there.' },
    });
    expect(await there.list()).toMatchObject([{ id, damage: null }]);
    expect(await faults(there, id)).toEqual({});
  });

  test('that does not know the credentials', async () => {
    const place = await newPlace();
    const env = { ...storeEnvironment(), AWS_SECRET_ACCESS_KEY: 's3cr3t-word' };
    const refused = await rejection((await openInStore(place, { env })).list());
    expect(refused).toMatchObject({ code: 'store-login-refused', exitCode: 4 });
    expect(JSON.stringify(refused)).not.toContain('s3cr3t-word');
  });

  test('without the bucket: none is made', async () => {
    const repository = await openInStore('s3://no-such-bucket/shop');
    for (const ask of ['begin', 'list', 'sweep'] as const)
      expect(await rejection(repository[ask]())).toMatchObject({
        code: 'bucket-missing',
        exitCode: 2,
        message: 'There is no bucket for s3://no-such-bucket/shop',
      });
  });

  test('in another region', async () => {
    const repository = await openInStore(await newPlace(), { region: 'eu-west-1' });
    expect(await rejection(repository.list())).toMatchObject({
      code: 'bad-setting',
      details: { hint: expect.stringContaining('--s3-region us-east-1') },
    });
  });

  test('that lets somebody read and not write', async () => {
    await makeBucket('read-only');
    const headers = { 'x-amz-acl': 'public-read' };
    await bucketClient('read-only').text({ method: 'PUT', key: '', query: { acl: '' }, headers });
    const { id } = await backUp(await openInStore('s3://read-only'));
    const repository = await openInStore('s3://read-only', {
      env: storeEnvironment(store().reader),
    });
    expect(await readBack(repository, id)).toEqual(bytesByPath());
    const denied = { code: 'store-denied', exitCode: 4 };
    expect(await rejection(repository.begin())).toMatchObject(denied);
    expect(await rejection(repository.remove(id))).toMatchObject(denied);
    expect(await faults(await openInStore('s3://read-only'), id)).toEqual({});
  });
});

describe.runIf(hasStore())('an object', () => {
  const file = 'toc.dat';
  const client = hasStore() ? bucketClient() : null;
  const write = async (key: string, body: Buffer): Promise<void> => {
    const headers = { 'content-type': 'application/octet-stream' };
    await client!.text({ method: 'PUT', key, body: [body], headers });
  };
  const damages: readonly (readonly [string, (key: string) => Promise<unknown>, RegExp])[] = [
    ['missing', (key) => client!.text({ method: 'DELETE', key }), /^is missing$/],
    ['cut off', (key) => write(key, Buffer.from('PGD')), /cut off/],
    ['empty', (key) => write(key, Buffer.alloc(0)), /^is empty/],
    ['altered', (key) => write(key, Buffer.from('PGDMQ')), /^is altered/],
    ['longer', (key) => write(key, Buffer.from('PGDMP!')), /more than/],
    ['that of another file', (key) => write(key, Buffer.from('large')), /^holds what belongs to/],
  ];

  let whole: Promise<{ readonly place: string; readonly id: string }> | undefined;
  const backedUp = async () => {
    const place = await newPlace();
    return { place, id: (await backUp(await openInStore(place))).id };
  };

  test.each(damages)('%s', async (_name, damage, words) => {
    const { place, id } = await (whole ??= backedUp());
    const repository = await openInStore(place);
    const key = `${prefixOf(place)}${id}/${file}`;
    await damage(key);
    expect(await faults(repository, id)).toEqual({ [file]: expect.stringMatching(words) });
    expect(await rejection(readBack(repository, id))).toMatchObject({ code: 'backup-corrupt' });
    const unpacking = async (): Promise<void> => {
      await using source = await repository.source(id);
      await source.folder();
    };
    expect(await rejection(unpacking())).toMatchObject({ code: 'backup-corrupt' });
    await write(key, Buffer.from('PGDMP'));
    expect(await readBack(repository, id)).toEqual(bytesByPath());
  });

  test('swapped between two backups', async () => {
    const place = await newPlace();
    const repository = await openInStore(place);
    const changed = someFiles.map((one) =>
      one.path === file ? { ...one, bytes: Buffer.from('PGDMX') } : one,
    );
    const [one, other] = [await backUp(repository), await backUp(repository, changed)];
    await write(`${prefixOf(place)}${one.id}/${file}`, Buffer.from('PGDMX'));
    await write(`${prefixOf(place)}${one.id}/stray`, Buffer.from('x'));
    expect(await faults(repository, one.id)).toEqual({
      [file]: expect.stringMatching(/^is altered/),
      stray: 'is an object that belongs to nothing in this backup',
    });
    expect(await faults(repository, other.id)).toEqual({});
  });

  test('that is the manifest of another backup, or none any more', async () => {
    const place = await newPlace();
    const repository = await openInStore(place);
    const { id } = await backUp(repository);
    const key = `${prefixOf(place)}${id}/manifest.json`;
    await write(key, Buffer.from('{}'));
    expect(await repository.list()).toMatchObject([{ id, manifest: null }]);
    await client!.text({ method: 'DELETE', key });
    expect(await repository.list()).toMatchObject([
      { id, damage: `Backup ${id} is damaged: manifest.json is missing` },
    ]);
    expect(await repository.sweep()).toEqual([]);
    await repository.remove(id);
    expect(await keysAt(place)).toEqual([]);
  });
});

describe.runIf(hasStore())('given up', () => {
  test('in the middle of a large file, nothing is left, not even parts', async () => {
    const place = await newPlace();
    const stop = new AbortController();
    const repository = await openInStore(place, { signal: stop.signal });
    const reason = new Error('stop');
    const backingUp = backUpLarge(repository, 118 * mebibyte, () => stop.abort(reason));
    expect(await rejection(backingUp)).toBe(reason);
    expect(await keysAt(place)).toEqual([]);
    expect(await unfinishedUploads(bucketClient(), prefixOf(place))).toEqual([]);
  });

  test('by a source that fails: its own error is told', async () => {
    const place = await newPlace();
    const failure = new Error('its own');
    const failing = backUpLarge(await openInStore(place), 18 * mebibyte, () =>
      Promise.reject(failure),
    );
    expect(await rejection(failing)).toBe(failure);
    expect(await keysAt(place)).toEqual([]);
    expect(await unfinishedUploads(bucketClient(), prefixOf(place))).toEqual([]);
  });
});

test.runIf(hasStore())('what was put as a stream comes back, whatever its size', async () => {
  const repository = await openInStore(await newPlace());
  await using draft = await repository.begin();
  const sizes = [0, 1, 8 * mebibyte, 16.5 * mebibyte, 16.5 * mebibyte + 1, 20 * mebibyte];
  await Promise.all(
    sizes.map((size) =>
      draft.stage.put(`${size}.dat`, inPieces(large.subarray(0, size)), 'compressed'),
    ),
  );
  const { id, files } = await draft.publish(content);
  const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  for (const size of sizes)
    expect(files.find(({ path }) => path === `${size}.dat`)).toMatchObject({
      ...{ bytes: size, storedBytes: size, sha256: sha256(large.subarray(0, size)) },
    });
  expect(await faults(repository, id)).toEqual({});
});

test.runIf(hasStore())(
  'a folder of backups that was copied into a bucket is a repository',
  async () => {
    await using folder = await temporaryFolder();
    const { id } = await backUp(open(folder.path));
    const place = await newPlace();
    for (const [path, bytes] of await filesBelow(folder.path))
      await put(bucketClient(), `${prefixOf(place)}${path}`, [bytes]);
    const repository = await openInStore(place);
    expect(await repository.list()).toMatchObject([{ id, damage: null }]);
    expect(await faults(repository, id)).toEqual({});
    expect(await readBack(repository, id)).toEqual(bytesByPath());
  },
);
