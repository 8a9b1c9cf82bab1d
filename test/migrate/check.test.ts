import { describe, expect, it } from 'vitest';
import { testEngines } from '../support/databases.ts';
import { project, twoMigrations } from '../support/project.ts';

interface Checked {
  readonly roundTrips: readonly { readonly name: string; readonly reversible: boolean }[];
  readonly findings: readonly {
    readonly rule: string;
    readonly file: string;
    readonly line: number;
    readonly message: string;
  }[];
  readonly remaining: readonly string[];
}

describe.each(testEngines())('migrate check on $title', ({ create }) => {
  it('finds every migration reversible, and touches nothing', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    const { exitCode, stdout } = await work.run(['migrate', 'check']);
    expect(stdout).toContain('2 migrations checked, 2 reversible.');
    expect(exitCode).toBe(0);
    expect(await database.tables()).toEqual([]);
  });

  it('names what a way down forgot to undo, and goes on behind it', async () => {
    await using database = await create();
    await using work = await project(
      {
        ...twoMigrations,
        '0002_notes.down.sql': 'drop index notes_user;\n',
        '0003_more.up.sql': 'create table more (id integer);\n',
        '0003_more.down.sql': 'drop table more;\n',
      },
      database.url,
    );
    const { exitCode, json } = await work.run(['migrate', 'check', '--json']);
    expect(exitCode).toBe(1);
    const { roundTrips, findings } = json().result as unknown as Checked;
    expect(roundTrips.map(({ name, reversible }) => [name, reversible])).toEqual([
      ['0001_users', true],
      ['0002_notes', false],
      ['0003_more', true],
    ]);
    expect(findings.map(({ rule }) => rule)).toEqual(['down-forgets', 'up-fails-again']);
    expect(findings[0]?.file).toContain('0002_notes.down.sql');
    expect(findings[0]?.message).toMatch(/unexpected table \S*notes/);
  });

  it('says where a way down or up fails', async () => {
    await using database = await create();
    await using work = await project(
      {
        ...twoMigrations,
        '0001_users.down.sql': '-- no\n\ndrop table nobody;\n',
        '0003_bad.up.sql': 'create table x (id integer);\ncreate table x (id integer);\n',
        '0004_last.up.sql': 'create table y (id integer);\n',
      },
      database.url,
    );
    const { exitCode, json } = await work.run(['migrate', 'check', '--json']);
    expect(exitCode).toBe(1);
    const { findings, remaining } = json().result as unknown as Checked;
    expect(findings.map(({ rule, line }) => [rule, line])).toEqual([
      ['down-fails', 3],
      ['up-fails', 2],
    ]);
    expect(remaining).toEqual(['0004_last']);
  });

  it('tells of a missing way down, and accepts one that is said to be missing', async () => {
    await using database = await create();
    await using work = await project(
      {
        '1_a.up.sql': 'create table a (id integer);\n',
        '2_b.up.sql':
          '-- jem-db: irreversible because rows are merged\ncreate table b (id integer);\n',
      },
      database.url,
    );
    const { exitCode, json } = await work.run(['migrate', 'check', '--json']);
    expect(exitCode).toBe(0);
    const { findings } = json().result as unknown as Checked;
    expect(findings.map(({ rule, file }) => [rule, file])).toEqual([
      ['no-way-down', 'migrations/1_a.up.sql'],
    ]);
  });

  it('lets later migrations run on the rows of a seed', async () => {
    await using database = await create();
    await using work = await project(
      {
        '1_t.up.sql': 'create table t (id integer primary key, name text);\n',
        '1_t.down.sql': 'drop table t;\n',
        '2_unique.up.sql': 'create unique index t_name on t (name);\n',
        '2_unique.down.sql': 'drop index t_name;\n',
      },
      database.url,
    );
    await work.write({ 'rows.sql': "insert into t values (1, 'a'), (2, 'a');" });
    expect((await work.run(['migrate', 'check'])).exitCode).toBe(0);
    const seeded = ['migrate', 'check', '--seed', 'rows.sql'];
    const unsaid = await work.run(seeded);
    expect(unsaid.exitCode).toBe(2);
    expect(unsaid.stderr).toContain('--seed-after');
    const { exitCode, json } = await work.run([...seeded, '--seed-after', '1_t', '--json']);
    expect(exitCode).toBe(1);
    const { findings } = json().result as unknown as Checked;
    expect(findings.map(({ rule, file }) => [rule, file])).toEqual([
      ['up-fails', 'migrations/2_unique.up.sql'],
    ]);
    await work.run(['migrate', 'up', '--to', '1']);
    expect((await work.run(seeded)).exitCode).toBe(1);
  });

  it('needs no database', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    const nowhere = database.url.startsWith('postgres')
      ? 'postgres://u@127.0.0.1:1/x'
      : './none.db';
    const { exitCode, stdout, stderr } = await work.run(['migrate', 'check', '-d', nowhere]);
    expect(stdout + stderr).toContain('2 reversible');
    expect(exitCode).toBe(0);
  });
});
