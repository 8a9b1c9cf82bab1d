import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { serverFolder } from '../../engines/postgres/base/clusters.ts';
import { keysAt, newPlace } from '../../repository/bucket.ts';
import { postgresVersions } from '../../support/postgres.ts';
import { hasStore, store, storeEnvironment } from '../../support/s3.ts';
import {
  checkOf,
  type Created,
  ledger,
  scene,
  startRecovered,
  type Verified,
} from './recovering.ts';

interface Status {
  readonly clusters: readonly [
    {
      readonly timelines: readonly { readonly gaps: readonly unknown[] }[];
      readonly windows: readonly { readonly base: string; readonly missing: string | null }[];
      readonly proved: { readonly backup: string } | null;
    },
  ];
  readonly server: { readonly failing: boolean; readonly waiting: number } | null;
}

interface Pruned {
  readonly removed: readonly string[];
  readonly wal: readonly { readonly removed: number; readonly kept: number }[];
}

describe.runIf(hasStore())('a bucket', () => {
  it.concurrent.each(postgresVersions())(
    'takes a cluster of PostgreSQL $major, its archive, their proof and retention, and gives it back',
    async ({ bin }) => {
      const bucket = { place: await newPlace(), endpoint: store().endpoint };
      await using at = await scene(bin, { bucket, encrypted: true });
      const { server, home } = at;
      const create = ['backup', 'create', '--kind', 'base'];
      const { backup: first } = await at.run<Created>([...create, '--no-fingerprints']);
      await at.commit(1);
      await at.switched();
      const { backup: second } = await at.run<Created>(create);
      await at.commit(2);
      await server.psql(`select pg_create_restore_point('before deploy')`);
      await at.commit(3);
      await at.switched();

      const before = await keysAt(bucket.place);
      const pruned = await at.run<Pruned>(['backup', 'prune', '--keep-window', '0s', '--yes']);
      expect(pruned).toMatchObject({ removed: [first.id], wal: [{}] });
      expect(pruned.wal[0]?.removed).toBeGreaterThan(0);
      const after = await keysAt(bucket.place);
      expect(after.some((key) => key.startsWith(first.id))).toBe(false);
      expect(after.filter((key) => key.startsWith('wal/'))).toHaveLength(pruned.wal[0]?.kept ?? -1);
      expect(after.length).toBeLessThan(before.length);
      await at.run(['backup', 'check', '--all', '--wal']);

      const restorePoint = await at.run<Verified>(['restore-verify']);
      expect(restorePoint).toMatchObject({ verified: true, backup: { id: second.id } });
      expect(checkOf(restorePoint, 'content')).toMatchObject({ ok: true });
      const latest = await at.run<Verified>(['restore-verify', '--to-latest']);
      expect(latest).toMatchObject({ verified: true, recovery: { to: 'latest' } });
      const status = await at.run<Status>(['backup', 'wal', 'status', '-d', server.url()]);
      expect(status.clusters).toMatchObject([
        {
          timelines: [{ gaps: [] }],
          windows: [{ base: second.id, missing: null }],
          proved: { backup: second.id },
        },
      ]);
      expect(status.server).toMatchObject({ failing: false, waiting: 0 });

      await at.lose();
      for (const [target, until, numbers, env] of [
        [['--to-latest'], 'open', '1,2,3', { HOME: home }],
        [['--to-name', 'before deploy'], 'paused', '1,2', storeEnvironment()],
      ] as const) {
        await using root = await serverFolder();
        const into = join(root.path, 'data');
        const warned = await at.warned(['restore', '--into', into, ...target], { env });
        // Whoever has them in a shell is told that a server's start has another environment.
        expect(warned.includes('recovery-needs-credentials')).toBe('AWS_ACCESS_KEY_ID' in env);
        const conf = await readFile(join(into, 'postgresql.auto.conf'), 'utf8');
        expect(conf).toMatch(
          new RegExp(`^restore_command = '.* --backups ${bucket.place} .*--s3-endpoint `, 'm'),
        );
        expect(await holding(store().secretAccessKey, root.path)).toEqual([]);
        await using recovered = await startRecovered(server, root.path, until, { env });
        expect(await ledger(recovered)).toBe(numbers);
      }
      const key = (await readFile(join(home, 'key'), 'utf8')).trim();
      for (const [secret, file] of [
        [store().secretAccessKey, join(home, '.aws/credentials')],
        [key, join(home, 'key')],
      ] as const)
        expect(await holding(secret, home)).toEqual([file]);
    },
    120_000,
  );
});

/** Paths of the files below a folder in which a text is found. */
async function holding(text: string, folder: string): Promise<readonly string[]> {
  const grep = ['-rlaF', '--', text, folder];
  const { stdout } = await promisify(execFile)('grep', grep).catch((error: unknown) => {
    if (Object(error).code === 1) return { stdout: '' };
    throw error;
  });
  return stdout.split('\n').filter(Boolean).toSorted();
}
