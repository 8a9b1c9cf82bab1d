import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import type { RestoredScratch } from '../../../../src/engines/engine.ts';
import type { LogicalSource } from '../../../../src/engines/backing-up.ts';
import { sqliteRestoring } from '../../../../src/engines/sqlite/backup/restoring.ts';
import { sqlite } from '../../../../src/engines/sqlite/engine.ts';
import { temporaryFolder } from '../../../support/folders.ts';
import { refusal } from '../failures.ts';
import { ledgerTable } from '../session-tools.ts';
import { type Backup, backUp, environment, sourceOf } from './backing.ts';

// Others restore into the system's temporary folder at the same time.
beforeAll(() => void vi.stubEnv('TMPDIR', mkdtempSync(join(inject('runFolder'), 't-'))));
afterAll(() => void vi.unstubAllEnvs());

async function intoScratch(source: LogicalSource, place: string | null): Promise<RestoredScratch> {
  return sqliteRestoring.restoreIntoScratch(source, {
    ...{ like: null, binaries: null, ledgerTable, environment, jobs: 2, onProgress: () => {} },
    place:
      place === null || place === 'same-server' ? place : await sqlite.parse(place, environment),
    signal: new AbortController().signal,
  });
}

async function backedUp(folder: string, setup: string): Promise<Backup> {
  const file = join(folder, 'app.db');
  const db = new Database(file);
  db.exec(setup);
  db.close();
  return backUp(file, join(folder, 'stage'));
}

const leftInTmp = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('jem-db-restored-'));

test.each(['delete', 'wal'])('a temporary file, gone at the end: %s', async (mode) => {
  await using folder = await temporaryFolder();
  const { taken, copy } = await backedUp(
    folder.path,
    `PRAGMA journal_mode = ${mode}; PRAGMA user_version = 3; CREATE TABLE t (a); INSERT INTO t VALUES (1)`,
  );
  const before = leftInTmp();
  {
    await using scratch = await intoScratch(sourceOf({ taken, copy }), null);
    await using session = await scratch.connect();
    const signal = new AbortController().signal;
    const options = { ledgerTable, signal, jobs: 2, onProgress: () => {} };
    expect(await session.content(options)).toEqual(taken.content);
    expect((await session.schema({ ledgerTable, signal })).objects).toEqual(taken.schema.objects);
    expect(await scratch.check()).toEqual([
      { id: 'integrity_check', ok: true, detail: 'ok' },
      { id: 'foreign_key_check', ok: true, detail: 'ok' },
      { id: 'file settings', ok: true, detail: 'as in the source' },
    ]);
    expect(scratch.restoreMs).toBeGreaterThan(0);
  }
  expect(leftInTmp()).toEqual(before);
});

test('what the checks find', async () => {
  await using folder = await temporaryFolder();
  const setup = `PRAGMA foreign_keys = OFF; CREATE TABLE p (id INTEGER PRIMARY KEY, a);
    CREATE TABLE c (p REFERENCES p (id)); INSERT INTO c VALUES (1), (2); CREATE INDEX i ON p (a);
    INSERT INTO p VALUES (7, 'seven')`;
  const { taken, copy } = await backedUp(folder.path, setup);
  const db = new Database(copy).unsafeMode();
  db.exec(`PRAGMA user_version = 9; PRAGMA writable_schema = ON;
    DELETE FROM sqlite_schema WHERE name = 'i'; PRAGMA writable_schema = RESET;
    INSERT INTO p VALUES (8, 'eight')`);
  db.close();
  await using scratch = await intoScratch(sourceOf({ taken, copy }), null);
  const [sound, orphans, settings] = await scratch.check();
  expect(sound).toMatchObject({ id: 'integrity_check', ok: false });
  expect(orphans).toMatchObject({ ok: true, detail: expect.stringMatching(/^2 rows refer.*: c$/) });
  expect(settings).toEqual({
    ...{ id: 'file settings', ok: false },
    detail: 'user_version is 9, was 0',
  });
});

test('a file that the user names is again as it was', async () => {
  await using folder = await temporaryFolder();
  const source = sourceOf(await backedUp(folder.path, 'CREATE TABLE t (a)'));
  const file = join(folder.path, 'scratch.db');
  {
    await using scratch = await intoScratch(source, file);
    await using session = await scratch.connect();
    expect(await session.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 0 }]);
  }
  expect(existsSync(file)).toBe(false);
  new Database(file).exec('CREATE TABLE mine (a)').close();
  expect(await refusal(intoScratch(source, file))).toMatchObject({ code: 'scratch-refused' });
  expect(await refusal(intoScratch(source, 'same-server'))).toMatchObject({
    code: 'scratch-unavailable',
  });
  expect(readdirSync(dirname(file)).toSorted()).toEqual(['app.db', 'scratch.db', 'stage']);
});

test('a backup that cannot be restored leaves nothing', async () => {
  await using folder = await temporaryFolder();
  const backup = await backedUp(folder.path, 'CREATE TABLE t (a)');
  const before = leftInTmp();
  const source = sourceOf(backup, () => Buffer.alloc(9000, 'rubbish'));
  expect(await refusal(intoScratch(source, null))).toMatchObject({ code: 'not-a-database' });
  expect(await refusal(intoScratch({ ...source, files: ['other'] }, null))).toMatchObject({
    code: 'backup-corrupt',
  });
  writeFileSync(join(folder.path, 'empty.db'), '');
  await refusal(intoScratch(source, join(folder.path, 'empty.db')));
  expect(readdirSync(folder.path).toSorted()).toEqual(['app.db', 'empty.db', 'stage']);
  expect(leftInTmp()).toEqual(before);
});
