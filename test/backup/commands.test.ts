import { open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testEngines } from '../support/databases.ts';
import { project } from '../support/project.ts';
import { jemDbOnTerminal } from '../support/tty.ts';
import { backUp, type Backup, dataFiles, filled, heldIn, resultOf } from './setup.ts';

interface Checked {
  readonly backups: readonly {
    readonly id: string;
    readonly ok: boolean;
    readonly files: readonly { readonly path: string; readonly ok: boolean }[];
  }[];
}

/** Changes one bit in the middle of a file. */
async function damage(path: string): Promise<void> {
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, Math.floor(size / 2));
  byte[0]! ^= 4;
  await file.write(byte, 0, 1, Math.floor(size / 2));
  await file.close();
}

describe.each(testEngines())('backup on $title', (row) => {
  it('says what it holds, and keeps it for its owner alone', async () => {
    await using made = await filled(row);
    const { work } = made;
    const backup = await backUp(work);
    expect(backup).toMatchObject({ kind: 'logical', engine: row.engine, ...heldIn(row) });
    expect(backup.storedBytes).toBeGreaterThan(0);
    const folder = join(work.path, 'backups', backup.id);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const file of await dataFiles(work, backup.id))
      expect((await stat(file)).mode & 0o777, file).toBe(0o600);
    const listed = await resultOf<{ backups: Backup[] }>(work, ['backup', 'list']);
    expect(listed.backups).toEqual([{ ...backup, proved: null, damage: null, recovery: null }]);
  });

  it('tells people in a line, and what comes next', async () => {
    await using made = await filled(row);
    const { stdout, stderr } = await made.work.run(['backup']);
    expect(stderr).toBe('');
    expect(stdout).toMatch(
      /^Backed up \S+: \d tables, \d\s+rows, [\d.]+ k?B\.\nIt is \S+ in\s\S+\.\n(Left out: .+\n)?Next: .*restore-verify`\n$/,
    );
    const list = await made.work.run(['backup', 'list']);
    expect(list.stdout).toMatch(/just now +\S+ k?B +\d +not yet/);
    const show = await made.work.run(['backup', 'show', 'latest']);
    expect(show.stdout).toMatch(/users +2 +[0-9a-f]{32}/);
    expect(show.stdout).toMatch(/migrations +2\n/);
  });

  it('shows everything of a backup by the beginning of its name', async () => {
    await using made = await filled(row);
    const { id } = await backUp(made.work);
    const shown = await resultOf<{ content: { tables: unknown[] }; ledger: unknown[] }>(made.work, [
      ...['backup', 'show', id.slice(0, 12)],
    ]);
    expect(shown).toMatchObject({ backup: { id }, proofs: [], ledger: [{}, {}] });
    expect(shown.content.tables).toHaveLength(heldIn(row).tables);
  });

  it('checks every file, and names the one that was damaged', async () => {
    await using made = await filled(row);
    const { work } = made;
    const good = await backUp(work);
    const bad = await backUp(work);
    expect((await work.run(['backup', 'check', '--all', '--quiet'])).stdout).toBe('');
    const [file = ''] = await dataFiles(work, bad.id);
    await damage(file);
    const { backups } = await resultOf<Checked>(work, ['backup', 'check', '--all'], 1);
    expect(backups.map(({ id, ok }) => [id, ok])).toEqual([
      [good.id, true],
      [bad.id, false],
    ]);
    const named = backups[1]?.files.filter(({ ok }) => !ok).map(({ path }) => path);
    expect(named).toEqual([file.split(`${bad.id}/`)[1]]);
    const people = await work.run(['backup', 'check', '--quiet']);
    expect([people.exitCode, people.stdout]).toEqual([
      1,
      expect.stringContaining(named?.[0] ?? ''),
    ]);
    await resultOf<Checked>(work, ['backup', 'check', good.id], 0);
  });

  it('tells of a manifest that cannot be read, and of the others all the same', async () => {
    await using made = await filled(row);
    const { work } = made;
    const good = await backUp(work);
    const bad = await backUp(work);
    await writeFile(join(work.path, 'backups', bad.id, 'manifest.json'), '{}');
    const { backups } = await resultOf<Checked>(work, ['backup', 'check', '--all'], 1);
    expect(backups.map(({ id, ok }) => [id, ok])).toEqual([
      [good.id, true],
      [bad.id, false],
    ]);
    const listed = await work.run(['backup', 'list']);
    expect([listed.exitCode, listed.stdout]).toEqual([0, expect.stringContaining('damaged: ')]);
    await resultOf(work, ['backup', 'list']);
    expect((await work.run(['backup', 'show', 'latest'])).exitCode).toBe(4);
  });
});

const [sqlite] = testEngines();
if (!sqlite) throw new Error('no engine');

describe('backup', () => {
  it.each([
    [['backup', 'check', '--all'], 'There is no backup in'],
    [['backup', 'show', 'latest'], 'There is no backup in'],
    [['backup', 'create', '--kind', 'base'], 'SQLite has no backups of kind base'],
    [['backup', 'create', '--compress', 'lz4'], 'There is no compression "lz4"'],
    [['backup', 'create', '--compress', 'gzip:99'], 'gzip has no level 99'],
    [['backup', 'prune'], 'Nothing says which backups to keep'],
    [['backup', 'prune', '--keep-within', '5sec'], '--keep-within takes a time'],
    [['backup', 'prune', '--keep-window', 'x'], '--keep-window takes a time'],
    [['backup', 'prune', '--keep-last', '0'], '--keep-last takes a whole number from 1'],
    [['backup', 'check', 'x', '--all'], '--all and ids are given together'],
    [['backup', 'create', '--jobs', '0'], 'not a whole number from 1'],
    [['backup', 'create'], 'jem.db'],
    [['restore-verify'], 'There is no backup in'],
    [['restore', 'latest'], 'Nothing says where to restore'],
    [['backup', 'schedule', '--every', '7h'], 'Not a time to run: 7h'],
  ])('%s is refused in words', async (args, words) => {
    await using work = await project();
    const { exitCode, stdout, stderr } = await work.run(args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
    expect(await readdir(work.path)).toEqual(['migrations']);
  });

  it('compresses as it is told', async () => {
    await using made = await filled(sqlite);
    const sizes: Record<string, number> = {};
    for (const method of ['none', 'gzip:1', 'gzip:level=9'])
      sizes[method] = (await backUp(made.work, '--compress', method)).storedBytes;
    expect(sizes['none']).toBeGreaterThan(sizes['gzip:1'] ?? Infinity);
    expect(sizes['gzip:1']).toBeGreaterThan(sizes['gzip:level=9'] ?? Infinity);
  });

  it('warns of a database that holds nothing', async () => {
    await using database = await sqlite.create();
    await database.sql('vacuum');
    await using work = await project({}, database.url);
    const { exitCode, stderr } = await work.run(['backup']);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('holds no tables')]);
  });

  it('is not quiet of what makes a job under cron worth nothing', async () => {
    await using database = await sqlite.create();
    await database.sql('vacuum');
    await using work = await project({}, database.url);
    const quiet = await work.run(['backup', '--quiet']);
    expect([quiet.exitCode, quiet.stdout]).toEqual([0, '']);
    expect(quiet.stderr).toMatch(/^warning: [^:]*holds no\s+tables/);
    const unheard = ['--webhook', 'http://127.0.0.1:1/', '--on-failure', 'exit 3'];
    const failed = await work.run(['restore-verify', 'no-such', '--quiet', ...unheard]);
    expect(failed.stderr).toContain('warning: The webhook was not told of a failure');
    expect(failed.stderr).toContain('warning: The command for a failure failed: it ended with 3');
  });

  it('encrypts with a key that is given by a file or the environment alone', async () => {
    await using made = await filled(sqlite);
    const { work } = made;
    const key = 'c0ffee'.repeat(10) + 'beef';
    await work.write({ key });
    const open = await work.run(['backup', '--key-file', 'key']);
    expect([open.exitCode, open.stderr]).toEqual([2, expect.stringContaining('chmod')]);
    await rm(join(work.path, 'key'));
    await writeFile(join(work.path, 'key'), key, { mode: 0o600 });
    const { id, encrypted } = await backUp(work, '--key-file', 'key');
    expect(encrypted).toBe(true);
    const [file = ''] = await dataFiles(work, id);
    expect((await readFile(file)).includes('Grace')).toBe(false);
    const env = { JEM_DB_BACKUP_KEY: key };
    const config = await work.run(['config', '--json'], { env });
    expect(config.stdout + config.stderr).not.toContain(key);
    expect(config.stderr).not.toContain('JEM_DB_BACKUP_KEY');
    const twice = await work.run(['backup', '--key-file', 'key'], { env });
    expect([twice.exitCode, twice.stderr]).toEqual([2, expect.stringContaining('given twice')]);
    expect((await work.run(['backup', 'check'])).exitCode).toBe(0);
    await resultOf(work, ['restore-verify'], 0, env);
    const other = { JEM_DB_BACKUP_KEY: 'd'.repeat(64) };
    const wrong = await work.run(['restore-verify'], { env: other });
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('key')]);
    expect((await work.run(['restore-verify'])).exitCode).toBe(2);
  });

  it('hides the webhook in config but for where it leads', async () => {
    await using work = await project();
    const hook = 'https://hooks.example/services/s3cr3t-token';
    const { stdout } = await work.run(['config', '--webhook', hook]);
    expect(stdout).toContain('https://hooks.example/***');
    expect(stdout).not.toContain('s3cr3t');
  });

  it('takes a URL of a place that it does not know for no folder', async () => {
    await using made = await filled(sqlite);
    const { exitCode, stderr } = await made.work.run(['backup', '--backups', 'gs://bucket/app']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Backups cannot be kept at gs://bucket/app');
  });

  it('shows how far it is on a terminal', async () => {
    await using made = await filled(sqlite);
    // What is over at once shows nothing.
    await made.database.sql(
      `create table large as with recursive c (n) as (select 1 union all select n + 1 from c limit 40000)
       select randomblob(1000) as data from c`,
    );
    const { output, exitCode } = await jemDbOnTerminal(['backup', '-d', made.database.url], {
      cwd: made.work.path,
    });
    expect(exitCode).toBe(0);
    expect(output).toContain('Backed up');
    expect(output).toMatch(/\[[#.]{20}\]/);
  });
});
