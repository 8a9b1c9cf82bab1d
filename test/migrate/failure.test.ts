import { describe, expect, it } from 'vitest';
import { testEngines } from '../support/databases.ts';
import { project, twoMigrations } from '../support/project.ts';

describe.each(testEngines())('a failing statement on $title', ({ create, engine }) => {
  it('is shown with file, line, column and a caret; its file is rolled back whole', async () => {
    await using database = await create();
    await using work = await project(
      {
        ...twoMigrations,
        '0003_bad.up.sql':
          'create table good (id integer);\ninsert into good values (1);\n\n  selec 1;\n',
        '0004_after.up.sql': 'create table after_it (id integer);\n',
      },
      database.url,
    );
    const { exitCode, stderr, stdout } = await work.run(['migrate']);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('migrations/0003_bad.up.sql:4:3');
    expect(stderr).toMatch(/\n +4 \|   selec 1;\n +\|   \^/);
    expect(stdout).toBe('');
    expect(await database.tables()).toEqual(['notes', 'users']);

    const document = (await work.run(['migrate', '--json'])).json();
    expect(document.error).toMatchObject({
      location: { file: 'migrations/0003_bad.up.sql', line: 4, column: 3 },
      retryable: false,
    });
    expect(document.result).toMatchObject({
      outcome: 'failed',
      applied: [],
      failed: { name: '0003_bad' },
      remaining: ['0004_after'],
    });
    await work.write({ 'migrations/0003_bad.up.sql': 'create table good (id integer);' });
    expect((await work.run(['migrate'])).exitCode).toBe(0);
    expect(await database.tables()).toEqual(['after_it', 'good', 'notes', 'users']);
  });

  it('lists what was applied before it', async () => {
    await using database = await create();
    await using work = await project(
      { ...twoMigrations, '0003_bad.up.sql': 'drop table nowhere;' },
      database.url,
    );
    const { result, error } = (await work.run(['migrate', '--json'])).json();
    expect(result).toMatchObject({ applied: [{ name: '0001_users' }, { name: '0002_notes' }] });
    expect(error).toMatchObject({ location: { file: 'migrations/0003_bad.up.sql', line: 1 } });
    expect(String(error?.['message'])).toContain('nowhere');
    await database.sql('drop table notes');
    await work.write({ 'migrations/0003_bad.up.sql': 'create table notes (id integer);' });
    await work.write({ 'migrations/0004_bad.up.sql': 'drop table nowhere;' });
    await work.write({ 'migrations/0005_left.up.sql': 'select 1;' });
    const { stderr } = await work.run(['migrate']);
    expect(stderr).toContain('done: applied 0003_bad');
    expect(stderr).toContain('left: 0005_left');
  });

  it('names the violated constraint, and keeps the row’s data to --verbose', async () => {
    await using database = await create();
    await using work = await project(
      {
        '1.up.sql':
          'create table people (email text, constraint one_address unique (email));\n' +
          "insert into people values ('secret-person@example.com');\n" +
          "insert into people values ('secret-person@example.com');\n",
      },
      database.url,
    );
    const { exitCode, stderr } = await work.run(['migrate']);
    expect(exitCode).toBe(4);
    expect(stderr).toContain(engine === 'sqlite' ? 'people.email' : 'one_address');
    expect(stderr).toContain('1.up.sql:3:');
    expect(
      stderr
        .split('\n')
        .filter((line) => !line.includes(' | '))
        .join('\n'),
    ).not.toContain('secret-person');
  });

  it('in a way down leaves everything as it was', async () => {
    await using database = await create();
    await using work = await project(
      { ...twoMigrations, '0002_notes.down.sql': 'drop table notes;\ndrop table nowhere;' },
      database.url,
    );
    await work.run(['migrate']);
    const { exitCode, stderr } = await work.run(['migrate', 'down']);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('0002_notes.down.sql:2:');
    expect(await database.tables()).toEqual(['notes', 'users']);
    expect((await work.run(['migrate', 'status', '--check'])).exitCode).toBe(0);
  });
});
