import { chmodSync, linkSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeFileSystem } from '../../../src/engines/sqlite/health/checks/file-system.ts';
import { judgeWriter } from '../../../src/engines/sqlite/health/checks/sqlite-version.ts';
import { rejection } from '../../support/rejection.ts';
import { findings, holding, planted, seen } from './health-tools.ts';
import { open } from './session-tools.ts';

const shop = `
  create table users (id integer primary key, name text not null) strict;
  create table notes (id integer primary key, user_id integer references users (id), body text);
  create index notes_user on notes (user_id);
  create index users_name on users (name);
  insert into users (name) values ('Ada'), ('Grace');
  insert into notes (user_id, body) values (1, 'a'), (2, 'b');`;

const series = (rows: number): string =>
  `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${rows})`;

/** The number of the file system that tests run on may be one that is worth a warning. */
function withoutPlace({ 'file-system': _, ...others }: Readonly<Record<string, unknown>>): object {
  return others;
}

describe('the health of a SQLite file', () => {
  it.each(['delete', 'wal'])(
    'is good where nothing is wrong, and stays untouched: %s',
    async (mode) => {
      await using made = await planted(`pragma journal_mode = ${mode}; ${shop}`);
      const before = made.files();
      expect(withoutPlace(await findings(made.file))).toEqual({});
      expect(made.files()).toEqual(before);
      const about = await seen(made.file, 'database-file');
      expect(about.summary).toContain(`2 tables, 1 of them STRICT, journal mode ${mode}`);
    },
  );

  it('is critical without a table, and where the file is empty; no file is made', async () => {
    await using made = await planted('');
    writeFileSync(made.file, '');
    expect(await seen(made.file, 'database-file')).toMatchObject({
      status: 'critical',
      summary: expect.stringContaining('0 bytes'),
      hint: expect.stringContaining('migrate up'),
    });
    made.run('create table t (a); drop table t');
    expect((await seen(made.file, 'database-file')).status).toBe('critical');
    const before = made.files();
    const missing = await rejection(open(`${made.file}x`, 'look'));
    expect(missing).toMatchObject({ code: 'database-file-missing' });
    expect(made.files()).toEqual(before);
  });

  it('is critical where pages are overwritten, and where the file was cut short', async () => {
    await using made = await planted(
      `${shop} ${series(2000)} insert into notes (body) select 'row ' || i from n`,
    );
    const whole = readFileSync(made.file);
    const damaged = Buffer.from(whole);
    damaged.fill(0xa5, 4 * 4096 + 8, 7 * 4096);
    writeFileSync(made.file, damaged);
    const found = await seen(made.file, 'quick-check');
    expect(found).toMatchObject({
      status: 'critical',
      summary: expect.stringContaining('damaged'),
      hint: expect.stringContaining('restore a backup'),
    });
    writeFileSync(made.file, whole);
    expect((await seen(made.file, 'quick-check')).status).toBe('ok');
    truncateSync(made.file, whole.length - 5 * 4096);
    expect(await rejection(open(made.file, 'look'))).toMatchObject({ code: 'corruption' });
  });

  it('is critical where an index lacks a row, which quick_check does not see; REINDEX mends it', async () => {
    await using made = await planted(shop);
    made.run(`
      pragma writable_schema = on;
      create table kept as select * from sqlite_schema where name = 'users_name';
      delete from sqlite_schema where name = 'users_name';
      pragma schema_version = 900;`);
    made.run("update users set name = 'Edsger' where id = 2");
    made.run(`
      pragma writable_schema = on;
      insert into sqlite_schema select * from kept;
      pragma schema_version = 901;`);
    made.run('drop table kept');
    expect((await seen(made.file, 'quick-check')).status).toBe('ok');
    const found = await seen(made.file, 'integrity-check');
    expect(found).toMatchObject({
      status: 'critical',
      summary: expect.stringContaining('users_name'),
      hint: expect.stringContaining('REINDEX "users_name";'),
    });
    made.run(/REINDEX "users_name";/.exec(found.hint ?? '')?.[0] ?? '');
    expect((await seen(made.file, 'integrity-check')).status).toBe('ok');
  });

  it('finds rows that refer to nothing, and values that are not of their type', async () => {
    await using made = await planted(
      `${shop} pragma foreign_keys = off; insert into notes (user_id) values (7), (8), ('none');`,
    );
    expect(await seen(made.file, 'foreign-keys')).toMatchObject({
      ...{ status: 'critical', value: 3 },
      objects: [{ name: '"notes" to "users"', value: 3 }],
    });
    expect(await seen(made.file, 'column-types')).toMatchObject({
      ...{ status: 'warning', value: 1 },
      objects: [{ name: '"notes"."user_id"', value: 1 }],
    });
  });

  it('finds large tables without statistics or index for a foreign key, until the hints are run', async () => {
    await using made = await planted(
      `${shop} drop index notes_user; create index notes_body on notes (body);
      ${series(12_000)} insert into notes (user_id, body) select 1, 'row ' || i from n;`,
    );
    const index = await seen(made.file, 'foreign-key-indexes');
    expect(index).toMatchObject({ status: 'warning', value: 1 });
    expect(index.objects?.[0]?.name).toBe('"notes" ("user_id")');
    expect(await seen(made.file, 'statistics')).toMatchObject({
      ...{ status: 'warning', value: 1 },
      objects: [{ name: '"notes"', detail: 'no statistics' }],
    });
    made.run(index.hint ?? '');
    made.run('PRAGMA optimize=0x10002;');
    expect(withoutPlace(await findings(made.file))).toEqual({});
    made.run(`${series(200_000)} insert into notes (user_id) select 1 from n`);
    expect((await seen(made.file, 'statistics')).summary).toContain('the statistics say 12002');
  });

  it('finds integer keys that run out, also where the row is gone', async () => {
    await using made = await planted(
      `create table a (id integer primary key, rowid text, oid text, _rowid_ text);
      create table b (id integer primary key autoincrement, rowid text);
      create table c (id integer primary key);
      insert into b (id) values (8700000000000000000); delete from b;`,
    );
    expect(await seen(made.file, 'integer-keys')).toMatchObject({
      ...{ status: 'critical', value: 94 },
      objects: [{ name: '"b"', value: 94 }],
    });
    made.run('update sqlite_sequence set seq = 5; insert into c values (6500000000000000000)');
    expect(await seen(made.file, 'integer-keys')).toMatchObject({ status: 'warning', value: 70 });
  });

  it('finds files that others may read or write, a folder that they may write, further names', async () => {
    await using made = await planted(shop);
    const folder = dirname(made.file);
    chmodSync(made.file, 0o644);
    chmodSync(folder, 0o700);
    expect((await seen(made.file, 'file-rights')).status).toBe('ok');
    for (let at = folder; at !== dirname(at) && (statSync(at).mode & 1) === 0; at = dirname(at))
      chmodSync(at, 0o755);
    expect(await seen(made.file, 'file-rights')).toMatchObject({
      status: 'warning',
      hint: `chmod o-rwx '${made.file}'`,
    });
    chmodSync(made.file, 0o602);
    expect((await seen(made.file, 'file-rights')).status).toBe('critical');
    chmodSync(made.file, 0o600);
    expect((await seen(made.file, 'file-rights')).status).toBe('ok');
    chmodSync(folder, 0o777);
    expect((await seen(made.file, 'file-rights')).status).toBe('critical');
    linkSync(made.file, join(folder, 'other.db'));
    expect(await seen(made.file, 'file-links')).toMatchObject({ status: 'critical', value: 1 });
  });

  it('knows file systems on which locks do not hold, and libraries that corrupt', async () => {
    const status = (type: number, wal: boolean) => judgeFileSystem(type, wal).status;
    expect([status(0x6969, true), status(0x6969, false)]).toEqual(['critical', 'warning']);
    expect([status(-11_317_950, true), status(0x0102_1994, true)]).toEqual(['critical', 'warning']);
    expect(status(0xef53, true)).toBe('ok');
    const writer = (version: number) => judgeWriter(version, '3.53.0').status;
    const bad = [3_007_000, 3_044_005, 3_045_000, 3_050_006, 3_051_002];
    const good = [3_006_023, 3_044_006, 3_050_007, 3_051_003, 3_053_000];
    expect(bad.map(writer)).toEqual(bad.map(() => 'warning'));
    expect(good.map(writer)).toEqual(good.map(() => 'ok'));
    expect(judgeWriter(null, '3.53.0').status).toBe('unknown');
    await using made = await planted(`pragma journal_mode = wal; ${shop}`);
    const bytes = readFileSync(made.file);
    bytes.writeUInt32BE(3_040_001, 96);
    writeFileSync(made.file, bytes);
    expect((await seen(made.file, 'sqlite-version')).summary).toContain('3.40.1 wrote to it last');
  });

  it('names the writer that keeps the others out, in every journal mode', async () => {
    await using made = await planted(shop);
    for (const mode of ['delete', 'wal']) {
      made.run(`pragma journal_mode = ${mode}`);
      await using holder = await holding(made.file, 'begin immediate; select 1');
      expect(await seen(made.file, 'write-lock'), mode).toMatchObject({
        status: 'warning',
        summary: expect.stringContaining(`process ${holder.pid}`),
      });
      await holder.end();
      expect(await seen(made.file, 'write-lock')).toMatchObject({ status: 'ok', value: 0 });
    }
  });

  it('finds a -wal that grows behind a reader, names the reader, and brings nothing home', async () => {
    await using made = await planted(`pragma journal_mode = wal; ${shop}`);
    await using reader = await holding(made.file, 'begin; select * from users');
    await using writer = await holding(
      made.file,
      `${series(20_000)} insert into notes (body) select zeroblob(4000) from n`,
    );
    const before = made.files();
    const behind = await seen(made.file, 'wal-readers');
    expect(behind).toMatchObject({
      status: 'warning',
      hint: expect.stringContaining(`${reader.pid}`),
    });
    expect((await seen(made.file, 'wal-size')).status).toBe('warning');
    expect(made.files()).toEqual(before);
    await reader.end();
    expect(writer.pid).toBeGreaterThan(0);
    made.run('pragma wal_checkpoint(truncate)');
    expect((await seen(made.file, 'wal-size')).status).toBe('ok');
    expect((await seen(made.file, 'wal-readers')).value).toBe(0);
    // Larger than what is looked at in this process.
    expect((await seen(made.file, 'quick-check')).status).toBe('ok');
    const late = await seen(made.file, 'integrity-check', { budget: 1, statementTimeout: 1 });
    expect(late).toMatchObject({
      status: 'unknown',
      hint: expect.stringContaining('--only integrity-check'),
    });
    made.run('delete from notes');
    expect(await seen(made.file, 'free-pages')).toMatchObject({
      status: 'warning',
      hint: expect.stringContaining('VACUUM;'),
    });
  });

  it('leaves what a crash left as it is, and says that it is there', async () => {
    await using made = await planted(
      `${shop} ${series(500)} insert into notes (body) select hex(zeroblob(2000)) from n`,
    );
    const crashed = await holding(
      made.file,
      "pragma cache_size = 5; begin; update notes set body = 'x'",
    );
    await crashed.end();
    const before = made.files();
    expect(Object.keys(before)).toContain('app.db-journal');
    expect(await rejection(open(made.file, 'look'))).toMatchObject({ code: 'recovery-needed' });
    expect(made.files()).toEqual(before);
    made.run('pragma journal_mode = wal');
    const killed = await holding(made.file, "insert into users (name) values ('Barbara')");
    await killed.end();
    const { 'app.db-shm': _, ...left } = made.files();
    expect(Object.keys(left)).toContain('app.db-wal');
    expect(withoutPlace(await findings(made.file))).toEqual({});
    expect(made.files()).toMatchObject(left);
  });
});
