import { describe, expect, it } from 'vitest';
import { testEngines } from '../support/databases.ts';
import { project } from '../support/project.ts';

describe.each(testEngines())('files of every kind on $title', ({ create, engine }) => {
  it('reads a BOM, CRLF, empty and comment-only files, and nested folders', async () => {
    await using database = await create();
    await using work = await project(
      {
        '01_bom.up.sql': '\uFEFFcreate table bom (id integer);\r\n-- end\r\n',
        '02_empty.up.sql': '',
        '03_comment.up.sql': '-- nothing to see; here\n/* or; here */\n',
        '2026/04_nested.up.sql': 'create table nested (id integer)',
        '2026/deeper/05_deeper.up.sql': 'create table deeper (id integer);',
        'README.md': '# not a migration',
      },
      database.url,
    );
    const { exitCode, stderr } = await work.run(['migrate']);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(await database.tables()).toEqual(['bom', 'deeper', 'nested']);
    expect((await work.run(['migrate', 'status', '--check'])).exitCode).toBe(0);
  });

  it('takes a file’s own BEGIN and COMMIT around the whole for its own', async () => {
    await using database = await create();
    await using work = await project(
      {
        '1_wrapped.up.sql':
          'BEGIN;\ncreate table wrapped (id integer);\ninsert into wrapped values (1);\nCOMMIT;\n',
        '2_bad.up.sql': 'begin;\ncreate table bad (id integer);\nselec;\ncommit;\n',
      },
      database.url,
    );
    const { exitCode, stderr } = await work.run(['migrate']);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('2_bad.up.sql:3:1');
    expect(await database.tables()).toEqual(['wrapped']);
  });

  it('refuses a COMMIT in the middle before anything runs', async () => {
    await using database = await create();
    await using work = await project(
      {
        '1_a.up.sql': 'create table a (id integer);',
        '2_b.up.sql': 'create table b (id integer);\ncommit;\ncreate table c (id integer);',
      },
      database.url,
    );
    const { exitCode, stderr } = await work.run(['migrate']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('2_b.up.sql:2:1');
    expect(stderr).toContain('no-transaction');
    expect(await database.tables()).toEqual([]);
  });

  it.each([
    ['\\i other.sql', '1:1'],
    ['create table a (id integer);\n\\copy a from stdin', '2:1'],
  ])('refuses the psql meta-command in %j', async (text, place) => {
    await using database = await create();
    await using work = await project({ '1_meta.up.sql': text }, database.url);
    const { exitCode, stderr } = await work.run(['migrate']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`1_meta.up.sql:${place}`);
    const said = stderr.replaceAll(/\s+/g, ' ');
    expect(said).toMatch(/1_meta\.up\.sql: \\(i|copy) is a command of a shell, not SQL/);
    expect(said).toMatch(/why: Only psql understands this.* next: Write the SQL/);
    expect(await database.tables()).toEqual([]);
  });

  it.each([
    ["insert into a values ('it);", 'the string that begins here is never closed', '1:23'],
    ['select 1;\nvacuum a;', 'VACUUM cannot run inside a transaction', '2:1'],
  ])('says in words what keeps %j from running, with exit 2', async (text, words, place) => {
    await using database = await create();
    await using work = await project({ '1_bad.up.sql': text }, database.url);
    const { exitCode, stderr } = await work.run(['migrate']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`1_bad.up.sql: ${words}\n`);
    expect(stderr).toContain(`at migrations/1_bad.up.sql:${place}`);
    expect(stderr).toContain('  next: ');
  });

  it('picks the file of its engine', async () => {
    await using database = await create();
    await using work = await project(
      {
        '1_t.up.sqlite.sql': 'create table on_sqlite (id integer);',
        '1_t.up.postgres.sql': 'create table on_postgres (id integer);',
      },
      database.url,
    );
    expect((await work.run(['migrate'])).exitCode).toBe(0);
    expect(await database.tables()).toEqual([`on_${engine}`]);
  });

  it('runs bodies with semicolons', async () => {
    await using database = await create();
    const bodies = {
      sqlite: `create table t (id integer, n integer);
create trigger counted after insert on t begin
  update t set n = case when n is null then 1 else n + 1 end where id = new.id;
  update t set n = n + 1 where id = new.id;
end;
insert into t (id) values (1);`,
      postgres: `create table t (id integer, n integer);
create function counted() returns trigger language plpgsql as $body$
begin
  new.n := 1; new.n := new.n + 1;
  return new;
end;
$body$;
create trigger counted before insert on t for each row execute function counted();
create function atomic_one() returns integer language sql begin atomic; select 1; select 2; end;
insert into t (id) values (1);`,
    };
    await using work = await project({ '1_bodies.up.sql': bodies[engine] }, database.url);
    const { exitCode, stderr } = await work.run(['migrate']);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(await database.sql('select n from t')).toEqual([{ n: 2 }]);
  });

  it('does not mind odd folders', async () => {
    await using database = await create();
    await using work = await project({}, database.url);
    await work.write({ 'odd \'dir" ü/1_x.up.sql': 'create table x (id integer);' });
    const { exitCode } = await work.run(['migrate', '--migrations', 'odd \'dir" ü']);
    expect(exitCode).toBe(0);
    expect(await database.tables()).toEqual(['x']);
  });

  it('runs a thousand migrations and knows them all again', async () => {
    await using database = await create();
    const files = Object.fromEntries(
      Array.from({ length: 1000 }, (_, n) => [
        `${n + 1}_t.up.sql`,
        `create table t${n} (id integer);`,
      ]),
    );
    await using work = await project(files, database.url);
    expect((await work.run(['migrate'])).stdout).toContain('1000 migrations applied');
    expect((await work.run(['migrate', 'status', '--check'])).exitCode).toBe(0);
    expect(await database.tables()).toHaveLength(1000);
  });
});
