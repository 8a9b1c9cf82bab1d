import { describe, expect, it } from 'vitest';
import { testEngines } from '../support/databases.ts';
import { project, twoMigrations } from '../support/project.ts';
import { jemDbOnTerminal } from '../support/tty.ts';

const third = {
  '0003_tags.up.sql': 'create table tags (id integer);\n',
  '0003_tags.down.sql': 'drop table tags;\n',
};

describe.each(testEngines())('what does not fit together on $title', ({ create }) => {
  it('refuses a changed file, shows what changed, and accepts it knowingly', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate']);
    await work.write({
      'migrations/0001_users.up.sql':
        'create table users (id integer primary key, name text not null, age integer);\n',
      ...Object.fromEntries(Object.entries(third).map(([f, t]) => [`migrations/${f}`, t])),
    });
    const refused = await work.run(['migrate', 'up']);
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain('0001_users');
    expect(refused.stderr).toContain('jem-db migrate repair 0001_users');
    expect(await database.tables()).toEqual(['notes', 'users']);
    const status = await work.run(['migrate', 'status', '--check', '--json']);
    expect(status.exitCode).toBe(1);
    expect(status.json().result).toMatchObject({
      problems: [{ kind: 'changed', name: '0001_users' }],
    });
    const unsure = await jemDbOnTerminal(['migrate', 'repair', '-d', database.url], {
      cwd: work.path,
      input: 'no\n',
    });
    const asked = unsure.output.replaceAll('\r', '');
    expect(asked).toMatch(/0001_users \(changed\)\n@@ line 1.*\n-.*\n\+.*age integer/);
    expect(asked).toContain('This accepts 0001_users (changed) as it is.');
    expect(asked.indexOf('age integer')).toBeLessThan(asked.indexOf('This accepts'));
    const wrong = await work.run(['migrate', 'repair', '2']);
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain('0002_notes needs no repair');
    const repaired = await work.run(['migrate', 'repair', '0001']);
    expect(repaired.exitCode).toBe(0);
    expect(repaired.stdout).toContain('age integer');
    expect((await work.run(['migrate', 'up'])).exitCode).toBe(0);
    expect(await database.tables()).toEqual(['notes', 'tags', 'users']);
  });

  it('does not mind comments, white space, line ends and the case of words', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate']);
    await work.write({
      'migrations/0001_users.up.sql':
        '\uFEFF-- the people\r\nCREATE TABLE users (\r\n\tid INTEGER PRIMARY KEY, /* who */\r\n\tname TEXT NOT NULL\r\n)\r\n',
    });
    expect((await work.run(['migrate', 'status', '--check'])).exitCode).toBe(0);
  });

  it('refuses a missing file, and accepts that it is gone', async () => {
    await using database = await create();
    await using work = await project({ ...twoMigrations, ...third }, database.url);
    await work.run(['migrate', 'up', '--to', '2']);
    await work.remove('migrations/0001_users.up.sql');
    await work.remove('migrations/0001_users.down.sql');
    const refused = await work.run(['migrate', 'up']);
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain('missing');
    expect((await work.run(['migrate', 'repair', '1'])).exitCode).toBe(0);
    expect((await work.run(['migrate', 'up'])).exitCode).toBe(0);
    expect((await work.run(['migrate', 'status', '--check'])).exitCode).toBe(0);
    expect(await database.tables()).toContain('tags');
  });

  it('knows a renamed file by its content, and records the new name', async () => {
    await using database = await create();
    await using work = await project({ ...twoMigrations, ...third }, database.url);
    await work.run(['migrate', 'up', '--to', '2']);
    for (const way of ['up', 'down'])
      await work.move(`migrations/0001_users.${way}.sql`, `migrations/0001_people.${way}.sql`);
    const refused = await work.run(['migrate', '--json']);
    expect(refused.exitCode).toBe(4);
    expect(refused.json().result).toMatchObject({
      problems: [{ kind: 'renamed', name: '0001_users', renamedTo: '0001_people' }],
    });
    expect((await work.run(['migrate', 'repair', '0001_users'])).exitCode).toBe(0);
    expect((await work.run(['migrate'])).exitCode).toBe(0);
    expect((await work.run(['migrate', 'status', '--check'])).exitCode).toBe(0);
    expect((await work.run(['migrate', 'down', '--to', '0', '--yes'])).exitCode).toBe(0);
    expect(await database.tables()).toEqual([]);
  });

  it('refuses a late file; gives it a new number, or applies it knowingly', async () => {
    await using database = await create();
    const [late, later] = ['create table late (id integer);', 'create table later (id integer);'];
    await using work = await project(
      { '0001_users.up.sql': twoMigrations['0001_users.up.sql'], ...third },
      database.url,
    );
    await work.run(['migrate']);
    await work.write({
      'migrations/0002_late.up.sql': late,
      'migrations/0002_late.down.sql': 'drop table late;',
    });
    const refused = await work.run(['migrate']);
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain('jem-db migrate rebase 0002_late');
    const rebased = await work.run(['migrate', 'rebase', 'migrations/0002_late.up.sql']);
    expect(rebased.exitCode).toBe(0);
    expect(rebased.stdout).toContain('0004_late');
    expect((await work.run(['migrate'])).exitCode).toBe(0);
    expect(await database.tables()).toContain('late');
    await work.write({ 'migrations/0002_later.up.sql': later });
    expect((await work.run(['migrate'])).exitCode).toBe(4);
    expect((await work.run(['migrate', 'up', '--allow-out-of-order'])).exitCode).toBe(0);
    expect(await database.tables()).toContain('later');
  });

  it('refuses two files with one number until one is renumbered', async () => {
    await using database = await create();
    await using work = await project(
      { ...twoMigrations, '0002_other.up.sql': 'create table other (id integer);' },
      database.url,
    );
    const refused = await work.run(['migrate']);
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain('0002_other');
    expect(await database.tables()).toEqual([]);
    await work.run(['migrate', 'rebase', '0002_other']);
    expect((await work.run(['migrate'])).exitCode).toBe(0);
    expect(await database.tables()).toEqual(['notes', 'other', 'users']);
  });

  it('offers the one way out that a late file with a number of two has', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate']);
    await work.write({ 'migrations/0002_late.up.sql': 'create table late (id integer);' });
    const status = (await work.run(['migrate', 'status', '--json'])).json();
    expect(status.result['problems']).toEqual([
      {
        kind: 'number-twice',
        name: '0002_late',
        hint: expect.stringContaining('`jem-db migrate rebase 0002_late`'),
      },
    ]);
    await work.run(['migrate', 'rebase', '0002_late']);
    expect((await work.run(['migrate'])).exitCode).toBe(0);
  });

  it('will not renumber what is applied', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate']);
    const refused = await work.run(['migrate', 'rebase', '0001_users']);
    expect(refused.exitCode).toBe(4);
    expect((await work.run(['migrate', 'status', '--check'])).exitCode).toBe(0);
  });

  it('names a missing folder, and what to do', async () => {
    await using database = await create();
    await using work = await project({}, database.url);
    const { exitCode, stderr } = await work.run(['migrate', '--migrations', 'nowhere']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('nowhere');
    expect(stderr).toContain('migrate new');
    const empty = await work.run(['migrate']);
    expect([empty.exitCode, empty.stderr]).toEqual([0, expect.stringContaining('no migration')]);
  });
});
