import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import type { FileCheck } from '../../src/repository/contract.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/folders.ts';
import { serverUser } from '../support/os-user.ts';
import { rejection } from '../support/rejection.ts';
import { backUp, bytesByPath, content, faults, key, open, proofOf, readBack } from './making.ts';
import { work } from './working.ts';

const isRoot = process.getuid?.() === 0;
/** A small file system of its own, in memory. */
async function smallDisk(size: string) {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'disk');
  await mkdir(path);
  await execa('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0755`, 'none', path]);
  return {
    path,
    remount: (how: 'ro' | 'rw') => execa('mount', ['-o', `remount,${how}`, path]),
    fill: async () => {
      const { bavail, bsize } = await statfs(path);
      await writeFile(join(path, 'filler'), Buffer.alloc(bavail * bsize));
    },
    async [Symbol.asyncDispose]() {
      await execa('umount', ['--lazy', path], { reject: false });
      await folder[Symbol.asyncDispose]();
    },
  };
}

const isFull = (location: string) => ({
  code: 'disk-full',
  message: `The disk of ${location} is full`,
  details: {
    why: 'There is no room left. Backups that were finished are as they were.',
    hint: 'Free some space, or keep fewer backups: jem-db backup prune',
  },
});

describe.runIf(isRoot).each([{ encrypted: false }, { encrypted: true }])(
  'a full disk, encrypted: $encrypted',
  ({ encrypted }) => {
    test('while bytes come that nobody holds', async () => {
      await using disk = await smallDisk('4m');
      const location = join(disk.path, 'backups');
      const repository = open(location, { key: encrypted ? key : null });
      const earlier = await backUp(repository);
      async function* endless(): AsyncGenerator<Buffer> {
        for (;;) yield randomBytes(500_000);
      }
      const backingUp = async (): Promise<void> => {
        await using draft = await repository.begin();
        await draft.stage.put('base.tar', endless(), 'plain');
      };
      expect(await rejection(backingUp())).toMatchObject(isFull(location));
      expect(await readdir(location)).toEqual([earlier.id]);
    });

    test.each([
      { when: 'at the start', before: 0 },
      { when: 'in a file', before: 1 },
      { when: 'in the manifest', before: 2 },
    ])('$when', async ({ before }) => {
      await using disk = await smallDisk('4m');
      const location = join(disk.path, 'backups');
      const repository = open(location, { key: encrypted ? key : null });
      const earlier = await backUp(repository);
      const backingUp = async (): Promise<void> => {
        if (before === 0) await disk.fill();
        await using draft = await repository.begin();
        await writeFile(join(draft.stage.folder, 'a.dat'), randomBytes(500_000));
        if (before === 1) await disk.fill();
        await draft.stage.take('a.dat', 'plain');
        if (before === 2) await disk.fill();
        await draft.publish(content);
      };
      expect(await rejection(backingUp())).toMatchObject(isFull(location));
      expect(await repository.list()).toMatchObject([{ id: earlier.id, damage: null }]);
      expect(await faults(repository, earlier.id)).toEqual({});
      await rm(join(disk.path, 'filler'));
      expect((await readdir(location)).filter((name) => name.startsWith('.'))).toEqual([]);
      await backUp(repository);
    });
  },
);

describe.runIf(isRoot)('a disk', () => {
  test('that is full when a proof is to be recorded', async () => {
    await using disk = await smallDisk('4m');
    const repository = open(disk.path);
    const { id } = await backUp(repository);
    await disk.fill();
    expect(await rejection(repository.recordProof(id, proofOf(id), '<p>'))).toMatchObject(
      isFull(disk.path),
    );
    expect(await repository.proofs(id)).toEqual([]);
    expect(await faults(repository, id)).toEqual({});
  });

  test('that is read-only can be read', async () => {
    await using disk = await smallDisk('4m');
    const repository = open(disk.path);
    const { id } = await backUp(repository);
    await using draft = await repository.begin();
    await disk.remount('ro');
    const readOnly = {
      code: 'repository-unusable',
      message: `${disk.path} is read-only`,
    };
    expect(await rejection(draft.publish(content))).toMatchObject(readOnly);
    expect(await rejection(repository.begin())).toMatchObject(readOnly);
    expect(await rejection(repository.remove(id))).toMatchObject(readOnly);
    expect(await rejection(repository.exclusively(async () => {}))).toMatchObject(readOnly);
    expect(await repository.list()).toMatchObject([{ id, damage: null }]);
    expect(await faults(repository, id)).toEqual({});
    expect(await readBack(repository, id)).toEqual(bytesByPath());
    await disk.remount('rw');
  });

  test('that is unmounted in the midst', async () => {
    await using disk = await smallDisk('4m');
    const repository = open(disk.path);
    await using draft = await repository.begin();
    await writeFile(join(draft.stage.folder, 'a.dat'), 'a');
    await execa('umount', [disk.path]);
    const vanished = { code: 'repository-unusable', message: `${disk.path} has vanished` };
    expect(await rejection(draft.stage.take('a.dat', 'plain'))).toMatchObject(vanished);
    expect(await rejection(draft.publish(content))).toMatchObject(vanished);
    expect(await repository.list()).toEqual([]);
    expect(await readdir(disk.path)).toEqual([]);
  });

  test('of the temporary folder that is too small for what is to be unpacked', async () => {
    await using disk = await smallDisk('64k');
    await using folder = await temporaryFolder();
    await backUp(open(folder.path), [
      { path: 'a.dat', bytes: Buffer.alloc(500_000), content: 'plain' },
    ]);
    expect(await work('unpack', folder.path, { env: { TMPDIR: disk.path } })).toMatchObject({
      failed: {
        code: 'disk-full',
        message: `The disk of the temporary folder ${disk.path} is full`,
        hint: 'Free some space there, or set TMPDIR to a private folder with more room.',
      },
    });
    expect(await readdir(disk.path)).toEqual([]);
  });
});

describe('a folder', () => {
  test('that vanishes in the midst', async () => {
    await using folder = await temporaryFolder();
    const location = join(folder.path, 'backups');
    await using draft = await open(location).begin();
    await rm(location, { recursive: true });
    expect(await rejection(draft.publish(content))).toMatchObject({
      code: 'repository-unusable',
      message: `${location} has vanished`,
    });
    expect(await readdir(folder.path)).toEqual([]);
  });

  test('whose parent is missing is not made', async () => {
    await using folder = await temporaryFolder();
    const location = join(folder.path, 'nas/backups');
    expect(await rejection(open(location).begin())).toMatchObject({
      code: 'repository-unusable',
      message: `The folder for backups cannot be made: ${location}`,
      details: { hint: `Check the path, or create it: mkdir -p '${join(folder.path, 'nas')}'` },
    });
    expect(await readdir(folder.path)).toEqual([]);
  });

  test.each(['file', 'file/backups'])('that is none: %s', async (path) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'file'), '');
    const location = join(folder.path, path);
    for (const ask of ['begin', 'list', 'sweep'] as const)
      expect(await rejection(open(location)[ask]())).toMatchObject({
        code: 'repository-unusable',
        message: `${location} is no folder`,
      });
  });

  test('that is the address of something else', () => {
    expect(() => open('s3://bucket/backups')).toThrow('Backups cannot be kept at s3://bucket');
  });
});

describe.runIf(isRoot)('another user', () => {
  const user = serverUser();

  async function ofAnother(): Promise<TemporaryFolder> {
    const folder = await temporaryFolder();
    await chmod(folder.path, 0o755);
    return folder;
  }
  const denied = (location: string) => ({
    failed: {
      code: 'repository-unusable',
      message: `${location} cannot be used: permission denied`,
    },
  });

  test('may not write', async () => {
    await using folder = await ofAnother();
    const { id } = await backUp(open(folder.path));
    expect(await work('once', folder.path, { user })).toMatchObject(denied(folder.path));
    expect(await work('remove', folder.path, { user })).toMatchObject(denied(folder.path));
    expect(await work('sweep', folder.path, { user })).toMatchObject({ swept: [] });
    expect(await faults(open(folder.path), id)).toEqual({});
  });

  test('may not look into the folder', async () => {
    await using folder = await ofAnother();
    await backUp(open(folder.path));
    await chmod(folder.path, 0o700);
    expect(await work('list', folder.path, { user })).toMatchObject(denied(folder.path));
  });

  test('may not read a backup', async () => {
    await using folder = await ofAnother();
    await backUp(open(folder.path));
    expect(await work('list', folder.path, { user })).toMatchObject({
      listed: [{ manifest: null, damage: 'It cannot be read (EACCES)' }],
    });
  });

  test('may not read one file', async () => {
    await using folder = await ofAnother();
    await chown(folder.path, user.uid, user.gid);
    await work('once', folder.path, { user });
    const [id = ''] = await readdir(folder.path);
    await chown(join(folder.path, id, 'toc.dat'), 0, 0);
    const checked = (await work('check', folder.path, { user }))?.['checked'];
    expect((checked as readonly FileCheck[]).filter(({ ok }) => !ok)).toEqual([
      { path: 'toc.dat', ok: false, detail: 'cannot be read: permission denied' },
    ]);
    expect(await work('restore', folder.path, { user })).toMatchObject({
      failed: {
        code: 'backup-corrupt',
        message: `Backup ${id} is damaged: toc.dat cannot be read: permission denied`,
      },
    });
  });
});
