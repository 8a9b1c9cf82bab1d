import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkWal } from '../../src/backup/check-wal.ts';
import { pruneBackups, type PruneWish } from '../../src/backup/prune.ts';
import { readSpan } from '../../src/backup/span.ts';
import { walStatus } from '../../src/backup/wal/status.ts';
import type { Repository } from '../../src/repository/contract.ts';
import { content, open } from '../repository/making.ts';
import { jemDb } from '../support/cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { temporaryFolder } from '../support/folders.ts';
import { rejection } from '../support/rejection.ts';
import { copyFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { archive, base, systemIdentifier } from './archived.ts';
import { megabyte, nameOf, segment } from './wal/segments.ts';

/** A repository with segments 1 to 20 of one timeline. */
async function archived(): Promise<
  { readonly repository: Repository; readonly wal: string } & AsyncDisposable
> {
  const folder = await temporaryFolder();
  const location = join(await mkdtemp(join(folder.path, 'r')), 'backups');
  const repository = open(location);
  for (let number = 1; number <= 20; number++) await archive(repository, number);
  return {
    repository,
    wal: join(location, 'wal', systemIdentifier),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const none = { last: 0, within: null, daily: 0, weekly: 0, monthly: 0, yearly: 0 };

function prune(repository: Repository, wish: Partial<PruneWish> & { readonly last?: number } = {}) {
  return pruneBackups(repository, {
    ...{ rules: { ...none, last: wish.last ?? 1 }, window: null, unreadable: 'keep' },
    ...{ dryRun: false, signal: new AbortController().signal },
    ...{ onRemove: async () => {}, onProgress: () => {} },
    ...wish,
  });
}

async function left(repository: Repository): Promise<readonly string[]> {
  return (await repository.wal(systemIdentifier).list()).map(({ name }) => name.name);
}

describe('pruning the log', () => {
  it('goes with the backups that needed it, and is told before', async () => {
    await using made = await archived();
    const { repository } = made;
    const old = await base(repository, 3);
    await base(repository, 8);
    const dry = await prune(repository, { dryRun: true });
    expect(dry.removed).toEqual([old]);
    expect(dry.wal).toMatchObject([
      {
        ...{ systemIdentifier, kept: 13, keptFrom: nameOf(8), removed: 7, because: null },
        ...{ removedFirst: nameOf(1), removedLast: nameOf(7) },
      },
    ]);
    expect(dry.wal[0]?.removedBytes).toBeGreaterThan(7 * 8192);
    expect(await left(repository)).toHaveLength(20);
    const done = await prune(repository);
    expect(done.wal).toEqual(dry.wal);
    expect((await left(repository))[0]).toBe(nameOf(8));
    expect((await prune(repository)).wal).toMatchObject([{ kept: 13, removed: 0 }]);
  });

  it('keeps the window, and leaves other backups alone where no rule is for them', async () => {
    await using made = await archived();
    const { repository } = made;
    await using draft = await repository.begin();
    const dump = (await draft.publish(content)).id;
    await draft[Symbol.asyncDispose]();
    const ids = [await base(repository, 3), await base(repository, 8)];
    const { kept, removed } = await prune(repository, { last: 0, window: readSpan('1h') });
    expect(removed).toEqual([]);
    expect(kept).toEqual([
      { id: dump, because: ['no rule is for it'] },
      ...ids.map((id) => ({ id, because: ['within the window'] })),
    ]);
    expect((await left(repository))[0]).toBe(nameOf(3));
  });

  it('waits while a backup is being made', async () => {
    await using made = await archived();
    const { repository } = made;
    const old = await base(repository, 3);
    await base(repository, 8);
    const draft = await repository.begin();
    const during = await prune(repository);
    expect(during.removed).toEqual([old]);
    expect(during.wal).toMatchObject([
      { kept: 20, removed: 0, because: `backup ${draft.id} is being made` },
    ]);
    await draft[Symbol.asyncDispose]();
    expect((await prune(repository)).wal).toMatchObject([{ kept: 13, removed: 7 }]);
  });

  it('waits for what is begun and published between its two looks', async () => {
    await using made = await archived();
    const { repository } = made;
    await base(repository, 8);
    let late = '';
    const onRemove = async () => void (late = await base(repository, 3));
    const { kept, wal } = await prune(repository, { last: 2, onRemove });
    expect(kept.map(({ id }) => id)).toContain(late);
    expect(wal).toMatchObject([{ keptFrom: nameOf(3), removed: 2 }]);
  });

  it('keeps all where nobody can tell what is needed', async () => {
    await using made = await archived();
    const { repository, wal } = made;
    expect((await prune(repository)).wal[0]?.because).toBe('no base backup of it is here');
    const bad = await base(repository, 3);
    await base(repository, 8);
    await writeFile(join(wal, '../..', bad, 'manifest.json'), 'nonsense');
    expect((await prune(repository)).wal[0]?.because).toContain(bad);
    expect(await left(repository)).toHaveLength(20);
    await prune(repository, { unreadable: 'remove' });
    expect((await left(repository))[0]).toBe(nameOf(8));
  });

  it('leaves all that stays recoverable where it is stopped in the middle', async () => {
    await using made = await archived();
    const { repository } = made;
    await base(repository, 3);
    const kept = await base(repository, 18);
    const before = (await walStatus(repository, null)).clusters[0]?.windows;
    const stop = new AbortController();
    const onProgress = (text: string) => void (text === 'removing WAL: 16 of 17' && stop.abort());
    await rejection(prune(repository, { signal: stop.signal, onProgress, last: 1 }));
    const [status] = (await walStatus(repository, null)).clusters;
    expect(status?.windows).toEqual(before?.filter(({ base }) => base === kept));
    expect((await repository.list()).map(({ id }) => id)).toEqual([kept]);
    expect(await left(repository)).toEqual([17, 18, 19, 20].map((number) => nameOf(number)));
    await prune(repository);
    expect(await left(repository)).toEqual([18, 19, 20].map((number) => nameOf(number)));
  });
});

describe('checking the log', () => {
  it('finds what is damaged, cut off, doubled and missing', async () => {
    await using made = await archived();
    const { repository, wal } = made;
    const signal = new AbortController().signal;
    const check = () => checkWal(repository, { signal, onProgress: () => {} });
    await base(repository, 1);
    expect(await check()).toEqual([
      { systemIdentifier, ok: true, files: 20, damaged: [], gaps: [] },
    ]);
    await archive(repository, 21, segment(21, { bytes: megabyte / 2 }));
    await archive(repository, 22);
    const group = join(wal, nameOf(1).slice(0, 16));
    const files = (await readdir(group)).toSorted();
    await truncate(join(group, files[4]!), 100);
    await writeFile(join(group, files[6]!), 'nonsense');
    const twice = files[14]!.replace(/-[0-9a-f]{64}/, `-${'0'.repeat(64)}`);
    await copyFile(join(group, files[14]!), join(group, twice));
    const stored = await repository.wal(systemIdentifier).list();
    await repository.wal(systemIdentifier).remove([stored[9]!, stored[10]!]);
    const [found] = await check();
    expect(found?.ok).toBe(false);
    expect(found?.damaged.map(({ file }) => file)).toEqual([
      ...[files[4], files[6], twice, files[14], files[20]],
    ]);
    expect(found?.gaps).toEqual([{ first: nameOf(10), last: nameOf(11), segments: 2 }]);
  });

  it('finds what is missing right behind a base backup', async () => {
    await using made = await archived();
    const { repository } = made;
    const archive = repository.wal(systemIdentifier);
    await base(repository, 3);
    await archive.remove((await archive.list()).slice(0, 9));
    const signal = new AbortController().signal;
    const [found] = await checkWal(repository, { signal, onProgress: () => {} });
    expect(found?.gaps).toEqual([{ first: nameOf(5), last: nameOf(9), segments: 5 }]);
    const [status] = (await walStatus(repository, null)).clusters;
    expect(status?.windows).toMatchObject([{ missing: nameOf(5), lastSegment: null }]);
  });
});

describe('on the command line', () => {
  it('lists windows, prunes, checks and tells what is missing, within 80 columns', async () => {
    await using made = await archived();
    const { repository, wal } = made;
    const backups = join(wal, '../..');
    const run = async (exitCode: number, ...args: string[]): Promise<string> => {
      const options = { cwd: backups, env: { JEM_DB_BACKUPS: '.' } };
      const document = await jemDb(['backup', ...args, '--json'], options);
      expect(document.exitCode, document.stdout + document.stderr).toBe(exitCode);
      expect(schemaErrors(document.json()), args.join(' ')).toEqual([]);
      const { stdout } = await jemDb(['backup', ...args], options);
      const lines = stdout.replaceAll(join(backups), 'backups').split('\n');
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
      return stdout;
    };
    await base(repository, 3);
    const id = await base(repository, 8);
    const rules = ['prune', '--keep-last', '1', '--dry-run'];
    expect(await run(0, ...rules)).toMatch(
      /^would go {2}7 files of the WAL of cluster 7421068371285612345,[^]*from\s+0{7}1\d+1\s+to/m,
    );
    const list = await run(0, 'list');
    expect(list).toMatch(/recovers to [^]*\(0\/919999\)\s+until/);
    expect(list.replace(/\s+/g, ' ')).toContain('timeline 1; complete up to the last segment, ');
    expect(await run(0, 'wal', 'status')).toContain('Proved: no recovery yet');
    expect(await run(0, 'check', '--wal')).toMatch(/^whole {2}WAL of cluster 7421068371285612345/);
    const archive = repository.wal(systemIdentifier);
    const stored = await archive.list();
    await archive.remove([stored[14]!]);
    await truncate(join(wal, nameOf(1).slice(0, 16), stored[11]!.file), 100);
    const found = await run(1, 'check', '--wal');
    expect(found).toMatch(new RegExp(`^damaged [^]*  ${nameOf(12)}: it cannot`));
    expect(found).toContain(`missing: ${nameOf(15)}`);
    expect(await run(0, 'list')).toContain(`${nameOf(15)} is missing`);
    expect(await run(1, 'wal', 'status')).toContain(id);
    await archive.remove(stored);
    expect(await run(0, 'list')).toMatch(/no WAL behind it is\s+archived/);
  });
});
