import { chmod, chown, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, type TemporaryFolder } from '../../support/folders.ts';
import { serverUser } from '../../support/os-user.ts';
import { startRunner } from './runner.ts';

// Root may do everything, so what is refused is tried by another user, in another process.
const user = serverUser();

/** A database in a folder of its own that the user owns; modes are set by the test. */
async function prepared({ path }: TemporaryFolder, mode = 'delete'): Promise<[string, string]> {
  const folder = join(path, 'inside');
  const file = join(folder, 'app.db');
  await mkdir(folder);
  const database = new Database(file);
  database.pragma(`journal_mode = ${mode}`);
  database.exec('CREATE TABLE t (a)');
  database.close();
  await chmod(path, 0o755);
  await chown(folder, user.uid, user.gid);
  await chown(file, user.uid, user.gid);
  return [folder, file];
}

async function outcome(
  file: string,
  how: 'read' | 'write' | 'change' | 'create',
): Promise<unknown> {
  const runner = await startRunner(['open', file, how], user);
  const { stderr } = await runner.process;
  expect(stderr).toBe('');
  return runner.told[0]?.['failed'] ?? runner.told[0];
}

describe('without permission', () => {
  test('to read the file', async () => {
    await using folder = await temporaryFolder();
    const [, file] = await prepared(folder);
    await chmod(file, 0);
    expect(await outcome(file, 'read')).toEqual({
      code: 'file-unreadable',
      message: `${file} cannot be read: permission denied`,
      retryable: false,
      why: `${file}: mode 0000, owner ${user.uid}:${user.gid}; this process runs as uid ${user.uid}.`,
    });
  });

  test('to enter the folder', async () => {
    await using folder = await temporaryFolder();
    const [inside, file] = await prepared(folder);
    await chmod(inside, 0);
    const failed = await outcome(file, 'read');
    await chmod(inside, 0o755);
    expect(failed).toMatchObject({ code: 'file-unreadable' });
  });

  test.each(['write', 'change'] as const)('to write the file: %s', async (how) => {
    await using folder = await temporaryFolder();
    const [, file] = await prepared(folder);
    await chmod(file, 0o444);
    expect(await outcome(file, how)).toMatchObject({
      code: 'permission-denied',
      message: `${file} is read-only`,
    });
    expect(await outcome(file, 'read')).toEqual({ rows: { n: 1 } });
  });

  test.each(['write', 'change'] as const)('to write the folder: %s', async (how) => {
    await using folder = await temporaryFolder();
    const [inside, file] = await prepared(folder);
    await chmod(inside, 0o555);
    const failed = await outcome(file, how);
    const read = await outcome(file, 'read');
    await chmod(inside, 0o755);
    expect(failed).toMatchObject({
      code: 'permission-denied',
      message: `The folder of ${file} is read-only`,
    });
    expect(read).toEqual({ rows: { n: 1 } });
  });

  test('to create the file', async () => {
    await using folder = await temporaryFolder();
    const [inside] = await prepared(folder);
    await chmod(inside, 0o555);
    const failed = await outcome(join(inside, 'new.db'), 'create');
    await chmod(inside, 0o755);
    expect(failed).toMatchObject({
      code: 'permission-denied',
      message: `${join(inside, 'new.db')} cannot be created: permission denied`,
    });
    expect(await readdir(inside)).toEqual(['app.db']);
  });

  test('to keep the files of WAL mode beside it', async () => {
    await using folder = await temporaryFolder();
    const [inside, file] = await prepared(folder, 'wal');
    await chmod(inside, 0o555);
    const failed = await outcome(file, 'read');
    await chmod(inside, 0o755);
    expect(failed).toMatchObject({
      code: 'permission-denied',
      message: `The folder of ${file} is read-only`,
      why: expect.stringContaining('-wal'),
    });
  });
});
