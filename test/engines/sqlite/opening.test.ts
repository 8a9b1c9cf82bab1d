import { copyFile, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/folders.ts';
import { refusal } from './failures.ts';
import { migrationsOf, open } from './session-tools.ts';

/** A database with a table of 2000 rows. */
function fill(file: string, journal = 'delete'): void {
  const database = new Database(file);
  database.pragma(`journal_mode = ${journal}`);
  database.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    INSERT INTO t SELECT i, printf('%.100c', 'x') FROM n`);
  database.close();
}

describe('opening what is not there', () => {
  test('a missing file is refused, and not created', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'typo.db');
    for (const mode of ['read', 'existing'] as const) {
      const error = await refusal(open(file, mode));
      expect([error.code, error.exitCode, error.retryable]).toEqual([
        'database-file-missing',
        2,
        false,
      ]);
      expect(error.details.hint).toContain('jem-db migrate');
    }
    expect((await refusal(open(`file:${file}?mode=rw`))).code).toBe('database-file-missing');
    expect((await refusal(open(`file:${file}?mode=ro`))).code).toBe('database-file-missing');
    expect(await readdir(folder.path)).toEqual([]);
  });

  test('a missing folder', async () => {
    await using folder = await temporaryFolder();
    const error = await refusal(open(join(folder.path, 'no/such/app.db')));
    expect([error.code, error.exitCode]).toEqual(['database-folder-missing', 2]);
    expect(error.details.hint).toContain('mkdir');
  });

  test('mode create makes the file, and takes it away where nothing was written', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'new.db');
    {
      await using session = await open(file);
      expect(await session.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(await readdir(folder.path)).toEqual(['new.db']);
    }
    expect(await readdir(folder.path)).toEqual([]);
    {
      await using session = await open(file);
      await session.query('CREATE TABLE t (a)');
    }
    expect(await readdir(folder.path)).toEqual(['new.db']);
  });

  test('an empty file was there before: it stays, and is an empty database', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'empty.db');
    await writeFile(file, '');
    {
      await using session = await open(file, 'existing');
      expect(await migrationsOf(session).read()).toBeNull();
    }
    expect((await stat(file)).size).toBe(0);
  });
});

describe('opening what is no database', () => {
  test.each([
    ['text', 'hello there, this is a text and no database at all', 'something else'],
    ['gzip', Buffer.from('1f8b0800000000000003abcdef00', 'hex'), 'a gzip archive'],
    ['sql', '-- dump\nCREATE TABLE t (a int);\n', 'SQL text'],
    ['dump', Buffer.from('PGDMP\x01\x0e\x00\x04\x08'), 'a dump of PostgreSQL'],
    ['noise', Buffer.from(Array.from({ length: 8192 }, (_, i) => (i * 7919) % 251)), 'encrypted'],
  ])('%s', async (_name, content, looks) => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'thing');
    await writeFile(file, content);
    const error = await refusal(open(file));
    expect([error.code, error.exitCode]).toEqual(['not-a-database', 2]);
    expect(error.details.original).toBe('file is not a database');
    expect(error.details.why).toContain(looks);
    expect((await stat(file)).size).toBe(content.length);
  });

  test('a folder, and a socket', async () => {
    await using folder = await temporaryFolder();
    expect((await refusal(open(folder.path))).code).toBe('database-is-a-folder');
    const path = join(folder.path, 's');
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once('listening', resolve));
    expect((await refusal(open(path))).code).toBe('not-a-database');
    server.close();
  });

  test('a truncated file is damage', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'cut.db');
    fill(file);
    await truncate(file, 40_000);
    const error = await refusal(open(file, 'read'));
    expect([error.code, error.class, error.exitCode]).toEqual(['corruption', 'corruption', 4]);
  });

  test('an overwritten header is damage or no database', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'broken.db');
    fill(file);
    const database = new Database(file, { readonly: true });
    const copy = database.serialize();
    database.close();
    copy.fill(0xab, 100, 4096);
    await writeFile(file, copy);
    expect((await refusal(open(file))).code).toBe('corruption');
  });

  test('a name that ends in white space would be another file', async () => {
    await using folder = await temporaryFolder();
    expect((await refusal(open(join(folder.path, 'app.db ')))).code).toBe('bad-database-url');
    expect(await readdir(folder.path)).toEqual([]);
  });
});

describe('reading leaves no trace', () => {
  test.each(['read', 'existing'] as const)(
    'WAL stays WAL, without -wal and -shm: %s',
    async (mode) => {
      await using folder = await temporaryFolder();
      const file = join(folder.path, 'app.db');
      fill(file, 'wal');
      {
        await using session = await open(file, mode);
        expect(await session.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 2000 }]);
        expect(await session.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
      }
      expect(await readdir(folder.path)).toEqual(['app.db']);
    },
  );

  test('a URL with mode=ro reads a WAL database and leaves nothing either', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'app.db');
    fill(file, 'wal');
    {
      await using session = await open(`file:${file}?mode=ro`, 'existing');
      expect(await session.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 2000 }]);
      await expect(session.query('DELETE FROM t')).rejects.toMatchObject({
        code: 'read-only-target',
      });
      await expect(migrationsOf(session).prepare()).rejects.toMatchObject({
        code: 'read-only-target',
      });
    }
    expect(await readdir(folder.path)).toEqual(['app.db']);
  });

  test('mode read cannot write', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'app.db');
    fill(file);
    await using session = await open(file, 'read');
    await expect(session.query('DELETE FROM t')).rejects.toThrow(/read/);
    expect(await session.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 2000 }]);
  });
});

describe('a hot journal', () => {
  /** A copy of a database in the middle of a transaction that has spilled to the file. */
  async function interrupted(folder: string): Promise<string> {
    const [file, copy] = [join(folder, 'app.db'), join(folder, 'copy.db')];
    fill(file);
    const writer = new Database(file);
    writer.pragma('cache_size = 1');
    writer.exec(`BEGIN; UPDATE t SET text = 'half'`);
    await copyFile(file, copy);
    await copyFile(`${file}-journal`, `${copy}-journal`);
    writer.exec('ROLLBACK');
    writer.close();
    return copy;
  }

  test('is undone by an ordinary opening, and refused by mode=ro', async () => {
    await using folder = await temporaryFolder();
    const file = await interrupted(folder.path);
    const error = await refusal(open(`file:${file}?mode=ro`, 'read'));
    expect([error.code, error.class, error.exitCode]).toEqual(['recovery-needed', 'not_ready', 4]);
    await using session = await open(file, 'read');
    expect(await session.query(`SELECT count(*) AS n FROM t WHERE text = 'half'`)).toEqual([
      { n: 0 },
    ]);
    expect(await readdir(folder.path)).not.toContain('copy.db-journal');
  });
});

describe('what the connection is like', () => {
  test('foreign keys are on, and whole numbers are exact', async () => {
    await using session = await open(':memory:');
    expect(await session.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    const big = 9_223_372_036_854_775_807n;
    const rows = await session.query(
      'SELECT ?1 AS a, ?2 AS b, ?1 AS c, ?3 AS d, ?4 AS e, ?5 AS f',
      [big, 42, true, null, new Uint8Array([1, 2])],
    );
    expect(rows).toEqual([{ a: big, b: 42, c: big, d: 1, e: null, f: Buffer.from([1, 2]) }]);
    expect(await session.query('SELECT ? AS a, typeof(?) AS b', ['x', 5_000_000_000])).toEqual([
      { a: 'x', b: 'integer' },
    ]);
    expect(await session.query('SELECT ? AS a', [2n ** 53n])).toEqual([{ a: 2n ** 53n }]);
    expect(session.serverVersion).toMatch(/^3\.\d+\.\d+$/);
  });
});
