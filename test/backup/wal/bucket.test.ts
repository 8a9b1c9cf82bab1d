import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bucketClient, keysAt, newPlace, prefixOf } from '../../repository/bucket.ts';
import { put } from '../../../src/repository/s3/objects.ts';
import { jemDb } from '../../support/cli.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { hasStore, store, storeEnvironment } from '../../support/s3.ts';
import { cluster, dataFolder, nameOf, segment, writeSegments } from './segments.ts';

describe.runIf(hasStore())('the archive of the log in a bucket', () => {
  test('pushed through bin, fetched again, and damage is told', async () => {
    await using folder = await temporaryFolder();
    const place = await newPlace();
    const data = await dataFolder(folder.path);
    await writeSegments(data, [1, 2, 3]);
    const wal = (...args: string[]) =>
      jemDb(['backup', 'wal', ...args, '--backups', place, '--s3-endpoint', store().endpoint], {
        cwd: data,
        env: { ...storeEnvironment(), XDG_STATE_HOME: join(folder.path, 'state') },
      });
    expect(await wal('push', `pg_wal/${nameOf(1)}`)).toMatchObject({ exitCode: 0, stdout: '' });
    const pushed = await wal('push', `pg_wal/${nameOf(2)}`, '--json');
    expect(pushed.json().result).toMatchObject({ outcome: 'there' });
    const keys = await keysAt(place);
    expect(keys).toHaveLength(3);
    for (const key of keys) expect(key.startsWith(`wal/${cluster}/`)).toBe(true);

    await mkdir(join(data, 'restored'));
    for (const number of [1, 2, 3]) {
      const to = join('restored', nameOf(number));
      expect(await wal('fetch', nameOf(number), to)).toMatchObject({ exitCode: 0 });
      const [fetched, original] = await Promise.all(
        [to, join('pg_wal', nameOf(number))].map((path) => readFile(join(data, path))),
      );
      expect(fetched?.equals(original!)).toBe(true);
    }
    expect(await wal('fetch', nameOf(9), 'restored/none')).toMatchObject({ exitCode: 1 });
    await writeFile(join(data, 'pg_wal', nameOf(1)), segment(1));
    expect(await wal('push', `pg_wal/${nameOf(1)}`)).toMatchObject({ exitCode: 4 });
    await put(bucketClient(), prefixOf(place) + keys[0]!, [Buffer.from('rubbish')]);
    const damaged = await wal('fetch', nameOf(1), 'restored/damaged');
    expect(damaged.exitCode).toBeGreaterThan(125);
    expect(damaged.stderr).toContain(nameOf(1));
  });
});
