import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keysAt, newPlace, openInStore } from '../repository/bucket.ts';
import { open } from '../repository/making.ts';
import { jemDb, startJemDb } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { hasStore, store, storeEnvironment } from '../support/s3.ts';
import { codeOf } from '../../src/repository/storage-errors.ts';
import { archive, base, systemIdentifier } from './archived.ts';
import { nameOf } from './wal/segments.ts';

interface Place {
  readonly name: string;
  readonly backups: number;
  readonly segments: number;
  make(folder: string): Promise<{
    readonly repository: ReturnType<typeof open>;
    readonly env: Readonly<Record<string, string>>;
    /** Paths of all that lies there, hidden things too. */
    readonly paths: () => Promise<readonly string[]>;
  }>;
}

const places: readonly Place[] = [
  {
    ...{ name: 'a folder', backups: 12, segments: 120 },
    async make(folder) {
      const location = join(folder, 'backups');
      const paths = async (): Promise<readonly string[]> =>
        readdir(location, { recursive: true }).catch((error: unknown) => {
          // A folder went while it was read.
          if (codeOf(error) === 'ENOENT') return paths();
          throw error;
        });
      return { repository: open(location), env: { JEM_DB_BACKUPS: location }, paths };
    },
  },
  ...(hasStore()
    ? [
        {
          ...{ name: 'a bucket', backups: 4, segments: 24 },
          async make() {
            const place = await newPlace();
            const { endpoint } = store();
            return {
              repository: await openInStore(place),
              env: { ...storeEnvironment(), JEM_DB_BACKUPS: place, JEM_DB_S3_ENDPOINT: endpoint },
              paths: () => keysAt(place),
            };
          },
        },
      ]
    : []),
];

const isLog = (path: string): boolean => path.startsWith('wal/') && path.includes('/0');

describe.each(places)('backup prune in $name', ({ backups, segments, make }) => {
  it('that is killed leaves all that stays whole, and nothing behind for the next one', async () => {
    await using folder = await temporaryFolder();
    const { repository, env, paths } = await make(folder.path);
    for (let number = 1; number <= segments; number++) await archive(repository, number);
    const starts = Array.from({ length: backups }, (_, index) => 2 * index + 2);
    const ids: string[] = [];
    for (const start of starts) ids.push(await base(repository, start));
    const newest = ids.at(-1) ?? '';
    const run = async (...args: string[]): Promise<void> => {
      const done = await jemDb(['backup', ...args], { cwd: folder.path, env });
      expect(done.exitCode, args.join(' ') + done.stdout + done.stderr).toBe(0);
    };
    const manifests = (all: readonly string[]) => all.filter((path) => /manifest/.test(path));
    // In the middle of the backups, and in the middle of the log.
    const moments = [
      (all: readonly string[]) => manifests(all).length < ids.length,
      (all: readonly string[]) => all.filter(isLog).length < segments,
    ];
    for (const isNow of moments) {
      const prune = ['backup', 'prune', '--keep-last', '1', '--yes'];
      const child = startJemDb(prune, { cwd: folder.path, env });
      while (child.exitCode === null && !isNow(await paths()));
      child.kill('SIGKILL');
      expect(await child).toMatchObject({ signal: 'SIGKILL' });
      const listed = await repository.list();
      expect(listed.map(({ damage }) => damage).filter(Boolean)).toEqual([]);
      expect(listed.at(-1)?.id).toBe(newest);
      await run('check', '--all', '--wal');
      await run('wal', 'status');
    }
    expect((await paths()).filter(isLog).length).toBeGreaterThan(segments - (starts.at(-1) ?? 0));
    await run('prune', '--keep-last', '1', '--yes');
    const left = await paths();
    expect([...new Set(left.map((path) => path.split('/')[0]))].toSorted()).toEqual(
      [newest, 'wal'].toSorted(),
    );
    const stored = await repository.wal(systemIdentifier).list();
    expect(stored[0]?.name.name).toBe(nameOf(starts.at(-1) ?? 0));
    expect(stored.at(-1)?.name.name).toBe(nameOf(segments));
    await run('check', '--all', '--wal');
  }, 60_000);
});
