import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { signed } from '../../src/repository/s3/signing.ts';
import { list, remove } from '../../src/repository/s3/objects.ts';
import { bucketClient, newPlace, prefixOf } from '../repository/bucket.ts';
import { workerFile } from '../repository/working.ts';
import { temporaryFolder } from '../support/folders.ts';
import { hasStore, store, storeEnvironment } from '../support/s3.ts';
import { gigabytes, measureOn, printPairs, rounds } from './backup-rounds.ts';
import type { Command, Measurement } from './measure.ts';

/** Beside curl with the same bytes in one request; our own process may take so many MiB. */
const limits = { up: 2, down: 1.5, ownPeak: 150 };

test.runIf(hasStore())('random bytes to a store and back', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'bytes');
  const back = join(folder.path, 'back');
  await pipeline(Readable.from(megabytesOf(gigabytes * 1024)), createWriteStream(file));
  const worker = await workerFile();
  const ours = (task: string, place: string, kind: string, path: string): Command => ({
    program: process.execPath,
    args: [worker, task, place, kind],
    cwd: folder.path,
    env: { ...storeEnvironment(), ENDPOINT: store().endpoint, FILE: path },
  });
  const up: Record<'plain' | 'encrypted' | 'curl', Measurement[]> = {
    ...{ plain: [], encrypted: [], curl: [] },
  };
  const down: typeof up = { plain: [], encrypted: [], curl: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of ['plain', 'encrypted'] as const) {
      const place = await newPlace();
      up[kind].push(await measureOn(null, ours('upload', place, kind, file)));
      down[kind].push(await measureOn(null, ours('download', place, kind, back)));
      await emptied(place, back);
    }
    const place = await newPlace();
    up.curl.push(await measureOn(null, curl('PUT', place, file, folder.path)));
    down.curl.push(await measureOn(null, curl('GET', place, back, folder.path)));
    await emptied(place, back);
  }
  const named = (measured: typeof up, limit: number) => [
    { name: 'jem-db', measured: measured.plain, limit },
    { name: 'jem-db, encrypted', measured: measured.encrypted, limit },
    { name: 'curl, one request', measured: measured.curl, limit: null },
  ];
  const [upload] = printPairs(`${gigabytes} GB to a store`, named(up, limits.up));
  const [download] = printPairs(`${gigabytes} GB from a store`, named(down, limits.down));
  expect.soft(upload).toBeLessThanOrEqual(limits.up);
  expect.soft(download).toBeLessThanOrEqual(limits.down);
  for (const { ownPeakMiB } of [...up.plain, ...up.encrypted, ...down.plain, ...down.encrypted])
    expect.soft(ownPeakMiB).toBeLessThan(limits.ownPeak);
});

function* megabytesOf(count: number): Generator<Buffer> {
  for (let made = 0; made < count; made += 1) yield randomBytes(1024 * 1024);
}

async function emptied(place: string, back: string): Promise<void> {
  const client = bucketClient();
  const { objects } = await list(client, prefixOf(place));
  await remove(
    client,
    objects.map(({ key }) => key),
  );
  await rm(back);
}

/** curl signs itself only where a name has no colon in it. */
function curl(method: 'GET' | 'PUT', place: string, file: string, cwd: string): Command {
  const url = new URL(`${store().endpoint}/backups/${prefixOf(place)}large.dat`);
  const { accessKeyId, secretAccessKey } = store();
  const credentials = { accessKeyId, secretAccessKey, sessionToken: null, expiresAt: null };
  const headers = signed(
    { method, url, headers: {}, payload: 'UNSIGNED-PAYLOAD' },
    { credentials, region: 'us-east-1', service: 's3', at: new Date() },
  );
  const told = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const how = method === 'PUT' ? ['-T', file] : ['-o', file];
  return { program: '/usr/bin/curl', args: ['-sf', ...how, ...told, url.href], cwd };
}
