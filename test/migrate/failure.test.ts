import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliPath } from '../support/cli.ts';
import { sqliteEngine, testEngines } from '../support/databases.ts';
import { project, twoMigrations } from '../support/project.ts';
import { jemDbOnTerminal, onTerminal } from '../support/tty.ts';
import { until } from '../support/until.ts';

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
    expect(stderr).toContain('  failed: 0004_bad\n');
    expect(stderr).toContain('left: 0005_left');
  });

  it('names the file that only the commit refuses', async () => {
    await using database = await create();
    await using work = await project(
      {
        '1_a.up.sql':
          'create table p (id integer primary key);\ncreate table c (p integer references p (id) deferrable initially deferred);\n',
        '2_bad.up.sql': 'select 1;\ninsert into c values (9);\n',
        '3_left.up.sql': 'select 1;\n',
      },
      database.url,
    );
    const { error, result } = (await work.run(['migrate', '--json'])).json();
    expect(error).toMatchObject({ location: { file: 'migrations/2_bad.up.sql' } });
    expect(String(error?.['cause'])).toContain('It happened in the commit.');
    expect(result).toMatchObject({ failed: { name: '2_bad' }, remaining: ['3_left'] });
    const { stderr } = await work.run(['migrate']);
    expect(stderr).toContain('  at migrations/2_bad.up.sql:');
    expect(stderr).toContain('  failed: 2_bad\n');
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

describe('a signal on SQLite', () => {
  it('blames the migration that it stopped; those before it stay', async () => {
    await using database = await sqliteEngine.create();
    await using work = await project(
      {
        ...twoMigrations,
        '0003_slow.mjs': `import { writeFileSync } from 'node:fs';
          export async function up(database) {
            await database.execute('create table slow (a)');
            writeFileSync('working', '');
            await new Promise(() => setInterval(() => {}, 1000));
          }`,
        '0004_left.up.sql': 'select 1;',
      },
      database.url,
    );
    const running = work.start(['migrate']);
    await until('the slow migration', () => existsSync(join(work.path, 'working')));
    running.kill('SIGINT');
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(130);
    expect(stderr).toContain(
      '  done: applied 0001_users, 0002_notes\n  failed: 0003_slow\n  left: 0004_left\n',
    );
    expect(await database.tables()).toEqual(['notes', 'users']);
  });
});

describe('a full disk on SQLite', () => {
  it('at the commit of several migrations is the fault of the one that does not fit', async () => {
    const large = (name: string): string =>
      `create table ${name} (a);\ninsert into ${name} values (zeroblob(40000));\n`;
    await using work = await project({
      '1_a.up.sql': large('a'),
      '2_b.up.sql': large('b'),
      '3_c.up.sql': large('c'),
    });
    // Files of at most 100 KiB; what is larger fails as it does on a full disk.
    const line = `trap '' XFSZ; ulimit -f 100; exec "$@"`;
    const command = ['bash', '-c', line, 'bash', process.execPath, cliPath, 'migrate'];
    const { output } = await onTerminal(command, { cwd: work.path });
    const said = output.replaceAll('\r', '');
    expect(said).toContain('  done: applied 1_a, 2_b\n  failed: 3_c\n');
  });
});

describe('a terminal', () => {
  it('shows which migration runs on a line that moves, also on SQLite', async () => {
    await using work = await project({
      ...twoMigrations,
      '0003_slow.up.sql': `create table slow as with recursive n(i) as
        (select 1 union all select i + 1 from n where i < 4000000) select max(i) as m from n;`,
    });
    const { output, exitCode } = await jemDbOnTerminal(['migrate'], { cwd: work.path });
    expect(exitCode).toBe(0);
    expect(output).toContain('applying 0003_slow (3 of 3)');
    const shown = [...output.matchAll(/applying (\S+)/g)].map(([, name]) => name);
    expect(shown.at(-1)).toBe('0003_slow');
    const frames = [...output.matchAll(/(\S+) applying 0003_slow/g)].map(([, frame]) => frame);
    expect(new Set(frames).size).toBeGreaterThan(2);
  });
});
