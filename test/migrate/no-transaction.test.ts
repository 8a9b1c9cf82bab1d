import { describe, expect, it } from 'vitest';
import { testEngines } from '../support/databases.ts';
import { project } from '../support/project.ts';
import { schemaErrors } from '../support/schema.ts';

const postgresOnly = testEngines().filter(({ engine }) => engine === 'postgres');

describe.each(testEngines())('files without a transaction on $title', ({ create }) => {
  it('runs VACUUM alone in its file, and with no-transaction beside others', async () => {
    await using database = await create();
    await using work = await project(
      {
        '1_t.up.sql': 'create table t (id integer);',
        '2_vacuum.up.sql': 'vacuum;',
        '3_more.up.sql':
          '-- jem-db: no-transaction\ninsert into t values (1);\nvacuum;\ninsert into t values (2);',
      },
      database.url,
    );
    const { exitCode, stderr } = await work.run(['migrate']);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(await database.sql('select id from t order by id')).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('says which line to add when such a statement stands beside others', async () => {
    await using database = await create();
    await using work = await project(
      { '1_mixed.up.sql': 'create table t (id integer);\nvacuum;' },
      database.url,
    );
    const { exitCode, stderr } = await work.run(['migrate']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('-- jem-db: no-transaction');
    expect(stderr).toContain('1_mixed.up.sql:2:1');
    expect(await database.tables()).toEqual([]);
  });

  it('stops at statement k of n, is listed as unfinished, and goes on there', async () => {
    await using database = await create();
    const file = (third: string): string =>
      `-- jem-db: no-transaction\ncreate table t (id integer);\ninsert into t values (1);\n${third};\ninsert into t values (4);\n`;
    await using work = await project(
      { '1_steps.up.sql': file('insert into nowhere values (3)') },
      database.url,
    );
    const failed = await work.run(['migrate']);
    expect(failed.exitCode).toBe(4);
    expect(failed.stderr).toContain('statement 3 of 4');
    const said = failed.stderr.replaceAll(/\s+/g, ' ');
    expect(said).toContain('its first 2 statements are done, and stay.');
    expect(said).toContain('`jem-db migrate up` goes on behind that');
    expect(said).toContain('`jem-db migrate repair 1_steps` forgets the try');
    const again = (await work.run(['migrate', '--json'])).json();
    expect(schemaErrors(again)).toEqual([]);
    expect(again.result).toMatchObject({ failed: { name: '1_steps', statementsDone: 2 } });
    const status = (await work.run(['migrate', 'status', '--json'])).json();
    expect(status.result).toMatchObject({ applied: [], problems: [{ kind: 'unfinished' }] });
    await work.write({ 'migrations/1_steps.up.sql': file('insert into t values (3)') });
    expect((await work.run(['migrate'])).exitCode).toBe(0);
    expect(await database.sql('select id from t order by id')).toEqual([
      { id: 1 },
      { id: 3 },
      { id: 4 },
    ]);
    expect((await work.run(['migrate', 'status', '--check'])).exitCode).toBe(0);
  });

  it('does not begin again when the file is to run in a transaction now', async () => {
    await using database = await create();
    await database.sql('create table t (id integer)');
    const text = 'insert into t values (1);\ninsert into nowhere values (2);\n';
    await using work = await project(
      { '1_s.up.sql': `-- jem-db: no-transaction\n${text}` },
      database.url,
    );
    expect((await work.run(['migrate'])).exitCode).toBe(4);
    await work.write({ 'migrations/1_s.up.sql': text.replace('nowhere', 't') });
    const refused = await work.run(['migrate', '--json']);
    expect([refused.exitCode, refused.json().error?.['code']]).toEqual([4, 'migration-unfinished']);
    expect(await database.sql('select id from t')).toEqual([{ id: 1 }]);
  });

  it('goes on half-way down, and not up again meanwhile', async () => {
    await using database = await create();
    const down = (second: string): string =>
      `-- jem-db: no-transaction\ndrop table a;\n${second};\n`;
    await using work = await project(
      {
        '1_two.up.sql': 'create table a (id integer);\ncreate table b (id integer);',
        '1_two.down.sql': down('drop table nowhere'),
      },
      database.url,
    );
    await work.run(['migrate']);
    const failed = await work.run(['migrate', 'down']);
    expect(failed.exitCode).toBe(4);
    const said = failed.stderr.replaceAll(/\s+/g, ' ');
    expect(said).toContain('its first statement is done, and stays.');
    expect(said).toContain('failed: 1_two next:');
    expect(said).toContain('`jem-db migrate down` goes on behind that');
    expect(await database.tables()).toEqual(['b']);
    const up = await work.run(['migrate', 'up']);
    expect(up.exitCode).toBe(4);
    expect(up.stderr).toContain('half reverted');
    await work.write({ 'migrations/1_two.down.sql': down('drop table b') });
    expect((await work.run(['migrate', 'down'])).exitCode).toBe(0);
    expect(await database.tables()).toEqual([]);
    expect((await work.run(['migrate', 'up'])).exitCode).toBe(0);
    expect(await database.tables()).toEqual(['a', 'b']);
  });

  it('refuses to go on when a statement that was done reads otherwise now', async () => {
    await using database = await create();
    const file = (first: string): string =>
      `-- jem-db: no-transaction\n${first};\ninsert into nowhere values (1);\n`;
    await using work = await project(
      { '1_s.up.sql': file('create table t (id integer)') },
      database.url,
    );
    await work.run(['migrate']);
    await work.write({ 'migrations/1_s.up.sql': file('create table t (id bigint)') });
    const refused = await work.run(['migrate']);
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain('jem-db migrate repair');
    expect((await work.run(['migrate', 'repair', '1_s'])).exitCode).toBe(0);
    await work.write({ 'migrations/1_s.up.sql': 'create table u (id integer);' });
    expect((await work.run(['migrate'])).exitCode).toBe(0);
    expect(await database.tables()).toEqual(['t', 'u']);
  });
});

describe.each(postgresOnly)('CREATE INDEX CONCURRENTLY on $title', ({ create }) => {
  it('tells of the invalid index it leaves, and removes it when the run goes on', async () => {
    await using database = await create();
    await using work = await project(
      {
        '1_t.up.sql': 'create table t (id integer);\ninsert into t values (1), (1);',
        '2_index.up.sql': 'create unique index concurrently t_once on t (id);',
      },
      database.url,
    );
    const failed = await work.run(['migrate']);
    expect(failed.exitCode).toBe(4);
    expect(failed.stderr.replaceAll(/\s+/g, ' ')).toContain(
      'DROP INDEX CONCURRENTLY public.t_once',
    );
    await database.sql('truncate t');
    expect((await work.run(['migrate'])).exitCode).toBe(0);
    expect(
      await database.sql("select indisvalid from pg_index where indexrelid = 't_once'::regclass"),
    ).toEqual([{ indisvalid: true }]);
  });
});
