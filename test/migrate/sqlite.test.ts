import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { sqliteEngine } from '../support/databases.ts';
import { project, twoMigrations } from '../support/project.ts';

const family = {
  '1_family.up.sql': `create table parents (id integer primary key, name text);
create table children (id integer primary key, parent integer not null references parents (id) on delete cascade);
insert into parents values (1, 'a'), (2, 'b');
insert into children values (1, 1), (2, 1), (3, 2);`,
};
const rebuild = `create table new_parents (id integer primary key, name text not null);
insert into new_parents select id, name from parents;
drop table parents;
alter table new_parents rename to parents;`;

describe('migrating SQLite', () => {
  it.each([
    ['as it is', rebuild],
    ['with a PRAGMA of its own', `PRAGMA foreign_keys=ON;\n${rebuild}\nPRAGMA foreign_keys=ON;`],
    ['in a transaction of its own', `BEGIN;\n${rebuild}\nCOMMIT;`],
  ])('a table rebuild under ON DELETE CASCADE keeps every child row: %s', async (_how, text) => {
    await using database = await sqliteEngine.create();
    await using work = await project({ ...family, '2_rebuild.up.sql': text }, database.url);
    const { exitCode, stderr } = await work.run(['migrate']);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(await database.sql('select count(*) as n from children')).toEqual([{ n: 3 }]);
  });

  it('lets a cascade that is meant do its work', async () => {
    await using database = await sqliteEngine.create();
    await using work = await project(
      { ...family, '2_delete.up.sql': 'delete from parents where id = 1;' },
      database.url,
    );
    expect((await work.run(['migrate'])).exitCode).toBe(0);
    expect(await database.sql('select id from children')).toEqual([{ id: 3 }]);
  });

  it('refuses to commit orphans', async () => {
    await using database = await sqliteEngine.create();
    await using work = await project(
      {
        ...family,
        '2_orphans.up.sql': rebuild.replace('from parents;', 'from parents where id = 2;'),
      },
      database.url,
    );
    const { exitCode, stderr } = await work.run(['migrate']);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('children');
    expect(await database.sql('select count(*) as n from parents')).toEqual([{ n: 2 }]);
  });

  it.each(['wal', 'delete'])('keeps journal mode %s as it was', async (mode) => {
    await using database = await sqliteEngine.create();
    const before = new Database(database.url);
    before.pragma(`journal_mode = ${mode}`);
    before.exec('create table t (id integer)');
    before.close();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate']);
    expect(await database.sql('pragma journal_mode')).toEqual([{ journal_mode: mode }]);
  });

  it('refuses a file that is no database, a missing folder, a folder, in words', async () => {
    await using work = await project(twoMigrations);
    await writeFile(
      join(work.path, 'text.db'),
      'this is a text file, and not a database at all\n'.repeat(40),
    );
    for (const [database, code] of [
      ['text.db', 'not-a-database'],
      ['no/such/folder/x.db', 'database-folder-missing'],
      ['migrations', 'database-is-a-folder'],
    ]) {
      const { exitCode, stdout } = await work.run(['migrate', '-d', `./${database}`, '--json']);
      expect([exitCode, JSON.parse(stdout).error.code]).toEqual([2, code]);
    }
    expect(await readFile(join(work.path, 'text.db'), 'utf8')).toContain('this is a text file');
  });

  it('does not create a file where nothing is to be created', async () => {
    await using work = await project(twoMigrations);
    const { exitCode, stderr } = await work.run(['migrate', 'status', '-d', './typo.db']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('typo.db');
    const again = await work.run(['migrate', 'down', '-d', './typo.db']);
    expect(again.exitCode).toBe(2);
  });
});
