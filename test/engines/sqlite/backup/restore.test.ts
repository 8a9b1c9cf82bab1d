import { createRequire } from 'node:module';
import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import type { LogicalSource } from '../../../../src/engines/backing-up.ts';
import { Interrupted } from '../../../../src/errors.ts';
import { temporaryFolder, type TemporaryFolder } from '../../../support/folders.ts';
import { until } from '../../../support/until.ts';
import { refusal } from '../failures.ts';
import { backUp, type Backup, contentOf, restoreInto, sourceOf } from './backing.ts';

interface Bench extends AsyncDisposable {
  readonly folder: TemporaryFolder;
  readonly backup: Backup;
  readonly source: LogicalSource;
  /** Where to restore: a folder that is empty. */
  readonly file: string;
  left(): string[];
}

async function bench(setup = ''): Promise<Bench> {
  const folder = await temporaryFolder();
  const original = join(folder.path, 'original.db');
  const db = new Database(original);
  db.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t (a) VALUES ('x'), ('y');
    ${setup}`);
  db.close();
  const backup = await backUp(original, join(folder.path, 'stage'));
  const inner = await temporaryFolder();
  return {
    ...{ folder, backup, source: sourceOf(backup), file: join(inner.path, 'app.db') },
    left: () => readdirSync(inner.path).toSorted(),
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]();
      await inner[Symbol.asyncDispose]();
    },
  };
}

function other(file: string, mode = 'delete'): Database.Database {
  const db = new Database(file);
  db.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE other (a); INSERT INTO other VALUES (1)`);
  return db;
}

const names = (file: string): unknown =>
  new Database(file, { readonly: true })
    .prepare(`SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name`)
    .pluck()
    .all();

describe('into a file', () => {
  test.each(['delete', 'wal'])('that is not there: a database in journal mode %s', async (mode) => {
    await using at = await bench(`PRAGMA journal_mode = ${mode};`);
    const { restoreMs, warnings } = await restoreInto(at.file, at.source);
    expect(warnings).toEqual([]);
    expect(restoreMs).toBeGreaterThan(0);
    expect(at.left()).toEqual(['app.db']);
    expect(statSync(at.file).mode & 0o777).toBe(0o600);
    expect(await contentOf(at.file)).toEqual(at.backup.taken.content);
    const db = new Database(at.file);
    expect(db.pragma('journal_mode', { simple: true })).toBe(mode);
    db.close();
  });

  test('that is empty, and one that holds something', async () => {
    await using at = await bench();
    writeFileSync(at.file, '', { mode: 0o640 });
    await restoreInto(at.file, at.source);
    expect(statSync(at.file).mode & 0o777).toBe(0o640);
    other(at.file).close();
    const before = readFileSync(at.file);
    expect(await refusal(restoreInto(at.file, at.source))).toMatchObject({
      code: 'restore-refused',
      details: { why: expect.stringMatching(/^It holds 2 tables \(\d+\.\d kB\), which would/) },
    });
    expect(readFileSync(at.file).equals(before)).toBe(true);
    await restoreInto(at.file, at.source, { clean: true });
    expect(names(at.file)).toEqual(['t']);
    expect(at.left()).toEqual(['app.db']);
  });

  test('what is in the -wal of the former is not played into it', async () => {
    await using at = await bench();
    const script = `const db = new (require(process.argv[1]))(process.argv[2]);
      db.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE gone (a)');
      for (let i = 0; i < 500; i++) db.prepare('INSERT INTO gone VALUES (?)').run('x'.repeat(900));
      process.kill(process.pid, 'SIGKILL')`;
    await execa('node', ['-e', script, driver, at.file], { reject: false });
    expect(at.left()).toEqual(['app.db', 'app.db-shm', 'app.db-wal']);
    await restoreInto(at.file, at.source, { clean: true });
    expect(at.left()).toEqual(['app.db']);
    expect(await contentOf(at.file)).toEqual(at.backup.taken.content);
  });

  test('a hot journal of the former is not played into it', async () => {
    await using at = await bench();
    const script = `const db = new (require(process.argv[1]))(process.argv[2]);
      db.exec('CREATE TABLE gone (a); PRAGMA cache_size = 1; PRAGMA cache_spill = 1');
      db.exec("INSERT INTO gone SELECT randomblob(900) FROM json_each('[1,2,3,4,5,6,7,8,9]')");
      db.exec("BEGIN; UPDATE gone SET a = randomblob(900); INSERT INTO gone WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT randomblob(900) FROM n");
      process.kill(process.pid, 'SIGKILL')`;
    await execa('node', ['-e', script, driver, at.file], { reject: false });
    expect(at.left()).toEqual(['app.db', 'app.db-journal']);
    await restoreInto(at.file, at.source, { clean: true });
    expect(at.left()).toEqual(['app.db']);
    expect(await contentOf(at.file)).toEqual(at.backup.taken.content);
  });

  test('a link is followed, and leftovers of a killed restore are swept', async () => {
    await using at = await bench();
    const link = join(at.folder.path, 'link.db');
    other(at.file).close();
    symlinkSync(at.file, link);
    writeFileSync(`${at.file}.${2 ** 22 + 1}.partial`, 'half');
    await restoreInto(link, at.source, { clean: true });
    expect(names(at.file)).toEqual(['t']);
    expect(at.left()).toEqual(['app.db']);
  });

  test('one that is damaged is replaced where the user agrees', async () => {
    await using at = await bench();
    writeFileSync(at.file, Buffer.alloc(5000, 'rubbish'));
    writeFileSync(`${at.file}-wal`, 'of the former');
    writeFileSync(`${at.file}-journal`, 'of the former');
    expect(await refusal(restoreInto(at.file, at.source))).toMatchObject({
      details: { why: expect.stringContaining('a file that is no database, or a damaged one') },
    });
    await restoreInto(at.file, at.source, { clean: true });
    expect(at.left()).toEqual(['app.db']);
    expect(names(at.file)).toEqual(['t']);
  });
});

const driver = createRequire(import.meta.url).resolve('better-sqlite3');

describe('what fails leaves the target as it was', () => {
  test.each([
    { mode: 'delete', hold: '' },
    { mode: 'delete', hold: 'BEGIN IMMEDIATE' },
    { mode: 'wal', hold: 'SELECT * FROM other' },
  ])('somebody has it open: $mode $hold', async ({ mode, hold }) => {
    await using at = await bench();
    other(at.file, mode).close();
    const script = `const db = new (require(process.argv[1]))(process.argv[2]);
      db.exec('SELECT * FROM other; ${hold}'); console.log('held'); setInterval(() => {}, 1000)`;
    const holder = execa('node', ['-e', script, driver, at.file], { reject: false, buffer: false });
    let told = '';
    holder.stdout.on('data', (text: Buffer) => (told += String(text)));
    await until('the holder', () => told !== '');
    const error = await refusal(restoreInto(at.file, at.source, { clean: true }));
    expect(error).toMatchObject({ code: 'lock-timeout', exitCode: 3 });
    expect(error.details.why).toContain(`process ${holder.pid} (node) has it open`);
    holder.kill('SIGKILL');
    await holder;
    expect(names(at.file)).toEqual(['other']);
    expect(at.left().filter((name) => name.endsWith('partial'))).toEqual([]);
  });

  test('another connection of this process holds it', async () => {
    await using at = await bench();
    const holder = other(at.file, 'wal');
    expect(await refusal(restoreInto(at.file, at.source, { clean: true }))).toMatchObject({
      code: 'lock-timeout',
    });
    expect(holder.prepare('SELECT count(*) FROM other').pluck().get()).toBe(1);
    expect(holder.pragma('journal_mode', { simple: true })).toBe('wal');
    holder.close();
  });

  test.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 4096)],
    [
      'overwritten',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(4096, 1)]),
    ],
  ])('a database in the backup that is %s', async (_, damage) => {
    await using at = await bench();
    other(at.file, 'wal').close();
    const source = sourceOf(at.backup, damage);
    const error = await refusal(restoreInto(at.file, source, { clean: true }));
    expect(error.code).toBe('restore-failed');
    expect(names(at.file)).toEqual(['other']);
    expect(at.left().filter((name) => name.endsWith('partial'))).toEqual([]);
    const db = new Database(at.file);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    db.close();
  });

  test('stopped in the middle', async () => {
    await using at = await bench('INSERT INTO t (a) VALUES (randomblob(1000000))');
    other(at.file).close();
    const before = readFileSync(at.file);
    const controller = new AbortController();
    const reason = new Interrupted('SIGINT');
    const restoring = restoreInto(at.file, at.source, {
      ...{ clean: true, signal: controller.signal },
      onProgress: ({ done }) => done > 500_000 && controller.abort(reason),
    });
    await expect(restoring).rejects.toBe(reason);
    expect(readFileSync(at.file).equals(before)).toBe(true);
    expect(at.left()).toEqual(['app.db']);
  });

  test('a file that may only be read, a database in memory, a URL that says so', async () => {
    await using at = await bench();
    for (const text of [':memory:', `file:${at.file}?mode=ro`])
      expect(await refusal(restoreInto(text, at.source))).toMatchObject({
        code: 'restore-refused',
      });
    expect(await refusal(restoreInto('/no/such/folder/app.db', at.source))).toMatchObject({
      code: 'database-folder-missing',
    });
    expect(existsSync(at.file)).toBe(false);
  });
});
