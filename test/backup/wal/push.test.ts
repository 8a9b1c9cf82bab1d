import { chmod, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { cliPath, jemDb, startJemDb } from '../../support/cli.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { serverUser } from '../../support/os-user.ts';
import { schemaErrors } from '../../support/schema.ts';
import { until } from '../../support/until.ts';
import { filesBelow } from '../../repository/making.ts';
import { cluster, dataFolder, nameOf, segment, writeSegments } from './segments.ts';

interface Pushed {
  readonly outcome: string;
  readonly also: readonly string[];
}

/** A data folder with segments that wait, and an archive beside it. */
async function archiving(numbers: readonly number[]) {
  const folder = await temporaryFolder();
  const data = await dataFolder(folder.path);
  await writeSegments(data, numbers);
  const backups = join(folder.path, 'backups');
  const env = { XDG_STATE_HOME: join(folder.path, 'state') };
  const run = (verb: string, args: readonly string[], more: Record<string, string> = {}) =>
    jemDb(['backup', 'wal', verb, ...args, '--backups', backups], {
      cwd: data,
      env: { ...env, ...more },
    });
  return {
    ...{ folder, data, backups, env, run },
    push: (name: string, ...args: string[]) => run('push', [`pg_wal/${name}`, ...args]),
    fetch: (name: string, ...args: string[]) => run('fetch', [name, 'pg_wal/FETCHED', ...args]),
    fetched: () => readFile(join(data, 'pg_wal/FETCHED')),
    stored: async () =>
      [...(await filesBelow(backups)).keys()].map((path) => path.split('/').at(-1)!.slice(0, 24)),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test('one call stores all that waits; the next calls find theirs stored, and say nothing', async () => {
  await using archive = await archiving([1, 2, 3, 4, 5]);
  const first = await archive.push(nameOf(1), '--json');
  expect(first.json<Pushed>().result).toMatchObject({
    outcome: 'stored',
    also: [2, 3, 4, 5].map((number) => nameOf(number)),
  });
  expect(schemaErrors(first.json())).toEqual([]);
  const before = await filesBelow(archive.backups);
  for (const number of [1, 2, 3, 4, 5]) {
    const again = await archive.push(nameOf(number));
    expect(again).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  }
  expect(await filesBelow(archive.backups)).toEqual(before);
  expect(await archive.stored()).toEqual([1, 2, 3, 4, 5].map((number) => nameOf(number)));
});

test.each(['plain', 'encrypted'])('%s: what was pushed is fetched, byte for byte', async (kind) => {
  await using archive = await archiving([1]);
  const env = kind === 'encrypted' ? { JEM_DB_BACKUP_KEY: 'ab'.repeat(32) } : {};
  await archive.run('push', [`pg_wal/${nameOf(1)}`], env);
  expect(await archive.run('fetch', [nameOf(1), 'pg_wal/FETCHED'], env)).toMatchObject({
    ...{ exitCode: 0, stdout: '', stderr: '' },
  });
  const pushed = await readFile(join(archive.data, 'pg_wal', nameOf(1)));
  expect((await archive.fetched()).equals(pushed)).toBe(true);
  expect(await readdir(join(archive.data, 'pg_wal'))).not.toContainEqual(
    expect.stringMatching(/partial/),
  );
});

test('other content under a stored name is refused, also with a clock in the past', async () => {
  await using archive = await archiving([1]);
  const path = join(archive.data, 'pg_wal', nameOf(1));
  const past = new Date('2001-01-01');
  await utimes(path, past, past);
  await archive.push(nameOf(1));
  const before = await filesBelow(archive.backups);
  // As long, and as old.
  await writeFile(path, segment(1));
  await utimes(path, past, past);
  const refused = await archive.push(nameOf(1), '--json');
  expect(refused).toMatchObject({ exitCode: 4 });
  expect(refused.json().error).toMatchObject({ code: 'wal-conflict' });
  expect(await filesBelow(archive.backups)).toEqual(before);
});

test('a receipt is no proof: what has gone from the archive is stored again', async () => {
  await using archive = await archiving([1, 2]);
  await archive.push(nameOf(1));
  await rm(join(archive.backups, 'wal', String(cluster), '0000000100000000'), { recursive: true });
  const again = await archive.push(nameOf(2), '--json');
  expect(again.json<Pushed>().result.outcome).toBe('stored');
  const [path = ''] = [...(await filesBelow(archive.backups)).keys()];
  const other = path.replace(/[0-9a-f]{64}/, '0'.repeat(64));
  await rename(join(archive.backups, path), join(archive.backups, other));
  expect((await archive.push(path.split('/').at(-1)!.slice(0, 24))).exitCode).toBe(4);
});

test('an archive that has vanished is not begun anew; a new one is', async () => {
  await using archive = await archiving([1, 2]);
  await archive.push(nameOf(1));
  await rename(archive.backups, `${archive.backups}.away`);
  await mkdir(archive.backups);
  const lost = await archive.push(nameOf(2), '--json');
  expect(lost).toMatchObject({ exitCode: 4 });
  expect(lost.json().error).toMatchObject({ code: 'repository-unusable' });
  expect(await readdir(archive.backups)).toEqual([]);
  expect((await archive.fetch(nameOf(1))).exitCode).toBe(184);
});

test.each([
  { what: 'cut off', bytes: segment(1).subarray(0, 5000), code: 'wal-refused' },
  { what: 'of another cluster', bytes: segment(1, { systemIdentifier: 5n }), code: 'wal-refused' },
])('a segment that is $what is not stored', async ({ bytes, code }) => {
  await using archive = await archiving([1]);
  await writeFile(join(archive.data, 'pg_wal', nameOf(1)), bytes);
  const refused = await archive.push(nameOf(1), '--json', '--system-identifier', String(cluster));
  expect(refused).toMatchObject({ exitCode: 4 });
  expect(refused.json().error).toMatchObject({ code });
  expect(await readdir(archive.folder.path)).not.toContain('backups');
});

test('a failure beside one’s own file is left to its own call', async () => {
  await using archive = await archiving([1, 2, 3]);
  await writeFile(join(archive.data, 'pg_wal', nameOf(2)), 'damaged');
  expect((await archive.push(nameOf(1))).exitCode).toBe(0);
  expect((await archive.push(nameOf(2))).exitCode).toBe(4);
  expect((await archive.push(nameOf(3))).exitCode).toBe(0);
  expect(await archive.stored()).toEqual([nameOf(1), nameOf(3)]);
});

test('a full disk stores nothing, and says so; with room again all is stored', async () => {
  await using archive = await archiving([1, 2, 3]);
  await mkdir(archive.backups);
  for (const number of [1, 2, 3])
    await writeFile(join(archive.data, 'pg_wal', nameOf(number)), noise(number));
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=1500k,mode=700', 'tmpfs', archive.backups]);
  try {
    expect((await archive.push(nameOf(1))).exitCode).toBe(0);
    const full = await archive.push(nameOf(2), '--json');
    expect(full).toMatchObject({ exitCode: 4 });
    expect(full.json().error).toMatchObject({ code: 'disk-full' });
    expect(await archive.stored()).toEqual([nameOf(1)]);
    await execa('mount', ['-o', 'remount,size=8m', archive.backups]);
    for (const number of [2, 3]) expect((await archive.push(nameOf(number))).exitCode).toBe(0);
    expect(await archive.stored()).toEqual([nameOf(1), nameOf(2), nameOf(3)]);
  } finally {
    await execa('umount', [archive.backups]);
  }
});

/** A segment that does not get smaller. */
function noise(number: number): Buffer {
  const bytes = segment(number);
  for (let at = 4096; at < bytes.length; at += 4)
    bytes.writeUInt32LE((Math.random() * 2 ** 32) >>> 0, at);
  return bytes;
}

test('who may not write is told, and nobody thinks it is stored', async () => {
  await using archive = await archiving([1]);
  await mkdir(archive.backups, { mode: 0o500 });
  await chmod(archive.folder.path, 0o755);
  const refused = await execa(
    process.execPath,
    [
      cliPath,
      'backup',
      'wal',
      'push',
      `pg_wal/${nameOf(1)}`,
      '--backups',
      archive.backups,
      '--json',
    ],
    { ...serverUser(), cwd: archive.data, env: { HOME: '/nonexistent' }, reject: false },
  );
  expect(refused.exitCode).toBe(4);
  expect(JSON.parse(refused.stdout).error).toMatchObject({ code: 'repository-unusable' });
});

test('killed at any moment, the next call stores what was not stored', async () => {
  const numbers = Array.from({ length: 30 }, (_, index) => index + 1);
  await using archive = await archiving(numbers);
  for (const stored of [0, 1, 5, 15]) {
    const { data, env, backups } = archive;
    const args = ['backup', 'wal', 'push', `pg_wal/${nameOf(1)}`, '--backups', backups];
    const child = startJemDb(args, { cwd: data, env });
    await until('some to be stored', async () => {
      const there = await archive.stored().catch(() => []);
      return there.length > stored || child.exitCode !== null;
    });
    child.kill('SIGKILL');
    await child;
    await rm(join(archive.folder.path, 'state'), { recursive: true, force: true });
  }
  for (const number of numbers) expect((await archive.push(nameOf(number))).exitCode).toBe(0);
  expect(await archive.stored()).toEqual(numbers.map((number) => nameOf(number)));
  for (const number of [1, 15, 30]) {
    expect((await archive.fetch(nameOf(number))).exitCode).toBe(0);
    const own = await readFile(join(archive.data, 'pg_wal', nameOf(number)));
    expect((await archive.fetched()).equals(own)).toBe(true);
  }
}, 120_000);

test('exit codes of restore_command: 1 is "not there", and nothing else is below 126', async () => {
  await using archive = await archiving([1]);
  expect((await archive.fetch(nameOf(1))).exitCode).toBe(184);
  await archive.push(nameOf(1));
  for (const name of [nameOf(2), '00000002.history', 'nonsense']) {
    const none = await archive.fetch(name);
    expect(none).toMatchObject({ exitCode: 1, stdout: '', stderr: '' });
  }
  const none = await archive.fetch(nameOf(2), '--json');
  expect(none.json()).toMatchObject({ exitCode: 1, result: { found: false }, error: null });
  expect(schemaErrors(none.json())).toEqual([]);
  expect((await archive.fetch(nameOf(1), '--bogus')).exitCode).toBe(182);
  expect((await archive.fetch(nameOf(1), '--key-file', '/nowhere')).exitCode).toBe(182);
  const [path] = [...(await filesBelow(archive.backups)).keys()];
  await writeFile(join(archive.backups, path!), 'damaged');
  const damaged = await archive.fetch(nameOf(1), '--json');
  expect(damaged).toMatchObject({ exitCode: 184 });
  expect(damaged.json()).toMatchObject({ exitCode: 184, error: { code: 'wal-corrupt' } });
  expect(await readdir(join(archive.data, 'pg_wal'))).not.toContain('FETCHED');
  await rm(join(archive.data, 'global'), { recursive: true });
  expect((await archive.fetch(nameOf(1))).exitCode).toBe(182);
});

test('a growing segment is handed out where it is asked for', async () => {
  await using archive = await archiving([1]);
  const growing = `${nameOf(2)}.partial`;
  await writeFile(join(archive.data, 'pg_wal', growing), segment(2));
  await archive.push(growing);
  expect((await archive.fetch(nameOf(2))).exitCode).toBe(1);
  expect((await archive.fetch(nameOf(2), '--partial')).exitCode).toBe(0);
  const own = await readFile(join(archive.data, 'pg_wal', growing));
  expect((await archive.fetched()).equals(own)).toBe(true);
});

test('of a segment that is not filled the longer content stays, and other content is refused', async () => {
  await using archive = await archiving([1]);
  const growing = `${nameOf(2)}.partial`;
  const bytes = segment(2);
  const longer = Buffer.from(bytes).fill(7, 100_000, 200_000);
  const other = Buffer.from(bytes).fill(8, 50_000, 60_000);
  const push = async (content: Buffer) => {
    await writeFile(join(archive.data, 'pg_wal', growing), content);
    const { exitCode, stdout } = await archive.push(growing, '--json');
    return [exitCode, JSON.parse(stdout).result.outcome];
  };
  expect(await push(bytes)).toEqual([0, 'stored']);
  expect(await push(longer)).toEqual([0, 'stored']);
  expect(await push(bytes)).toEqual([0, 'there']);
  expect(await push(other)).toEqual([4, undefined]);
  expect((await archive.fetch(nameOf(2), '--partial')).exitCode).toBe(0);
  expect((await archive.fetched()).equals(longer)).toBe(true);
});

test('the short way reads the command line as the long one does', async () => {
  await using archive = await archiving([1]);
  const help = await archive.push(nameOf(1), '--help');
  expect(help.stdout).toMatch(/archive_command/);
  const wrong = await archive.push(nameOf(1), 'more');
  expect(wrong).toMatchObject({ exitCode: 2, stdout: '' });
  const attached = await jemDb(
    ['backup', 'wal', 'push', '-v', `--backups=${archive.backups}`, `pg_wal/${nameOf(1)}`],
    { cwd: archive.data, env: archive.env },
  );
  expect(attached).toMatchObject({ exitCode: 0, stdout: '' });
  expect(attached.stderr).toMatch(/stored in/);
  await writeFile(join(archive.data, 'jem-db.json'), '{"backups": 3, "nonsense": ""}');
  expect((await archive.push(nameOf(1))).exitCode).toBe(2);
});
