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
import { nameOf, segment } from './wal/segments.ts';

interface Place {
  readonly name: string;
  readonly backups: number;
  readonly segments: number;
  /** Segments from the beginning of a backup to the next one's. */
  readonly stride: number;
  make(folder: string): Promise<{
    readonly repository: ReturnType<typeof open>;
    readonly env: Readonly<Record<string, string>>;
    /** Paths of all that lies there, hidden things too. */
    readonly paths: () => Promise<readonly string[]>;
  }>;
}

const places: readonly Place[] = [
  {
    ...{ name: 'a folder', backups: 12, segments: 120, stride: 9 },
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
          ...{ name: 'a bucket', backups: 4, segments: 24, stride: 5 },
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

const isManifest = (path: string): boolean => path.endsWith('/manifest.json');
const isLog = (path: string): boolean => path.startsWith('wal/') && path.includes('/0');

/** Starts a process, and kills it when the first of what is wanted has gone; tells how it ended. */
async function killedWhile(
  isWanted: (path: string) => boolean,
  paths: () => Promise<readonly string[]>,
  start: () => ReturnType<typeof startJemDb>,
): Promise<NodeJS.Signals | undefined> {
  const count = async (): Promise<number> => (await paths()).filter(isWanted).length;
  const before = await count();
  const child = start();
  while (child.exitCode === null && (await count()) === before);
  child.kill('SIGKILL');
  return (await child).signal;
}

describe.each(places)('backup prune in $name', ({ backups, segments, stride, make }) => {
  it('that is killed leaves all that stays whole, and nothing behind for the next one', async () => {
    await using folder = await temporaryFolder();
    const { repository, env, paths } = await make(folder.path);
    const starts = Array.from({ length: backups }, (_, index) => stride * index + 2);
    const log = Array.from({ length: segments }, (_, index) => segment(index + 1));
    let newest = '';
    const fill = async (): Promise<void> => {
      for (const [index, bytes] of log.entries()) await archive(repository, index + 1, bytes);
      for (const start of starts) newest = await base(repository, start);
    };
    const run = async (...args: string[]): Promise<void> => {
      const done = await jemDb(['backup', ...args], { cwd: folder.path, env });
      expect(done.exitCode, args.join(' ') + done.stdout + done.stderr).toBe(0);
    };
    // In the middle of the backups, and in the middle of the log.
    for (const isWanted of [isManifest, isLog]) {
      let signal: NodeJS.Signals | undefined;
      // On a busy machine one may be through before it is seen to have begun.
      for (let tries = 0; tries < 5 && signal === undefined; tries++) {
        await fill();
        signal = await killedWhile(isWanted, paths, () => {
          const prune = ['backup', 'prune', '--keep-last', '1', '--yes'];
          return startJemDb(prune, { cwd: folder.path, env });
        });
      }
      expect(signal).toBe('SIGKILL');
      const listed = await repository.list();
      expect(listed.map(({ damage }) => damage).filter(Boolean)).toEqual([]);
      expect(listed.at(-1)?.id).toBe(newest);
      await run('check', '--all', '--wal');
      await run('wal', 'status');
    }
    await run('prune', '--keep-last', '1', '--yes');
    const left = await paths();
    expect(new Set(left.map((path) => path.split('/')[0]))).toEqual(new Set([newest, 'wal']));
    const stored = await repository.wal(systemIdentifier).list();
    expect(stored[0]?.name.name).toBe(nameOf(starts.at(-1) ?? 0));
    expect(stored.at(-1)?.name.name).toBe(nameOf(segments));
    await run('check', '--all', '--wal');
  }, 60_000);
});
