import { describe, expect, it } from 'vitest';
import { testEngines, type TestDatabase } from '../support/databases.ts';
import { project, type Project } from '../support/project.ts';
import { until } from '../support/until.ts';

const sleep = 'select pg_sleep(4);';
const engines = testEngines().filter(({ engine }) => engine === 'postgres');

/** Starts a runner, and comes back when its slow statement is running. */
async function startSlow(work: Project, args: string[], database: TestDatabase) {
  const running = work.start(args);
  await until('the slow statement', async () => {
    const sql = `select from pg_stat_activity where query like '%pg_sleep(4)%'
      and datname = current_database() and state = 'active' and pid <> pg_backend_pid()`;
    return (await database.sql(sql)).length > 0;
  });
  // The child is a promise of its end: handed over in an object, or it would be awaited here.
  return { running };
}

async function namesIn(database: TestDatabase): Promise<unknown[]> {
  const rows = await database.sql('select name from jem_db_migrations order by name');
  return rows.map(({ name }) => name);
}

describe.each(engines)('a runner that waited for another on $title', ({ create }) => {
  it('up: applies again what the other has reverted, and leaves no hole', async () => {
    await using database = await create();
    await using work = await project(
      {
        '1_a.up.sql': 'create table a (id integer);',
        '1_a.down.sql': 'drop table a;',
        '2_b.up.sql': 'create table b (id integer);',
        '2_b.down.sql': `drop table b; ${sleep}`,
        '3_c.up.sql': 'create table c (id integer);',
      },
      database.url,
    );
    await work.run(['migrate', 'up', '--step', '2']);
    const down = await startSlow(work, ['migrate', 'down', '--step', '2', '--yes'], database);
    const up = await work.run(['migrate', 'up', '--json']);
    expect((await down.running).exitCode).toBe(0);
    expect(up.exitCode).toBe(0);
    expect(await namesIn(database)).toEqual(['1_a', '2_b', '3_c']);
    expect(await database.tables()).toEqual(['a', 'b', 'c']);
  });

  it('down: does not pull away what the other has built on', async () => {
    await using database = await create();
    await using work = await project(
      {
        '1_a.up.sql': 'create table a (id integer primary key);',
        '1_a.down.sql': 'drop table a cascade;',
        '2_b.up.sql': `create table b (id integer references a); ${sleep}`,
      },
      database.url,
    );
    await work.run(['migrate', 'up', '--step', '1']);
    const { running } = await startSlow(work, ['migrate', 'up'], database);
    const down = await work.run(['migrate', 'down', '--json']);
    expect((await running).exitCode).toBe(0);
    expect(down.exitCode).toBe(3);
    expect(down.json().error?.['code']).toBe('runner-busy');
    expect(await namesIn(database)).toEqual(['1_a', '2_b']);
  });

  it('repair: does not forget what the other has finished', async () => {
    await using database = await create();
    const file = `-- jem-db: no-transaction\ncreate table a (id integer);\n${sleep}\ncreate table b (id integer);`;
    await using work = await project({ '1_a.up.sql': file }, database.url);
    const { running } = await startSlow(work, ['migrate', 'up'], database);
    const repair = await work.run(['migrate', 'repair', '1_a', '--json']);
    expect((await running).exitCode).toBe(0);
    expect([repair.exitCode, repair.json().result['outcome']]).toEqual([0, 'nothing-to-do']);
    expect(await namesIn(database)).toEqual(['1_a']);
  });

  it('stopped between two tries for a lock: says what it has applied', async () => {
    await using database = await create();
    await database.sql('create table busy (id integer)');
    await using work = await project(
      {
        '1_a.up.sql': 'create table a (id integer);',
        '2_b.up.sql': 'alter table busy add b text;',
      },
      database.url,
    );
    await database.sql('begin');
    await database.sql('lock table busy');
    const running = work.start(['migrate', 'up', '--json', '--lock-timeout', '100ms']);
    await new Promise<void>((seen) => {
      running.stderr?.on('data', (text: Buffer) => {
        if (String(text).includes('trying')) seen();
      });
    });
    running.kill('SIGINT');
    const { exitCode, stdout } = await running;
    await database.sql('rollback');
    expect(exitCode).toBe(130);
    expect(JSON.parse(stdout).result).toMatchObject({
      applied: [{ name: '1_a' }],
      failed: { name: '2_b' },
    });
  });
});

describe.each(testEngines())('recording without running on $title', ({ create }) => {
  it('takes files that jem-db would not run, and does not load modules', async () => {
    await using database = await create();
    await using work = await project(
      {
        '1_a.up.sql': 'create table a (id integer);\ncommit;\ncreate table b (id integer);',
        '2_b.mjs': 'throw new Error("loaded");',
      },
      database.url,
    );
    await database.sql('create table a (id integer)');
    const { exitCode, stderr } = await work.run(['migrate', 'baseline', '2']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect((await work.run(['migrate', 'status', '--check'])).exitCode).toBe(0);
  });

  it('goes down to a migration whose file is gone, and reverts baselined ones last first', async () => {
    await using database = await create();
    const files = ['1_a', '2_b', '3_c'].flatMap((name) => [
      [`${name}.up.sql`, `create table ${name.slice(2)} (id integer);`],
      [`${name}.down.sql`, `drop table ${name.slice(2)};`],
    ]);
    await using work = await project(Object.fromEntries(files), database.url);
    for (const name of ['a', 'b', 'c']) await database.sql(`create table ${name} (id integer)`);
    await work.run(['migrate', 'baseline', '3']);
    await work.remove('migrations/3_c.up.sql');
    await work.remove('migrations/3_c.down.sql');
    const first = await work.run(['migrate', 'down', '--json']);
    expect(first.json().result['reverted']).toMatchObject([{ name: '3_c' }]);
    await work.remove('migrations/1_a.up.sql');
    await work.remove('migrations/1_a.down.sql');
    const second = await work.run(['migrate', 'down', '--to', '1_a', '--json']);
    expect(second.json().result['reverted']).toMatchObject([{ name: '2_b' }]);
  });

  it('keeps to "irreversible" when the file is gone', async () => {
    await using database = await create();
    await using work = await project(
      {
        '1_a.up.sql':
          '-- jem-db: irreversible because rows are merged\ncreate table a (id integer);',
        '1_a.down.sql': 'drop table a;',
      },
      database.url,
    );
    await work.run(['migrate', 'up']);
    await work.remove('migrations/1_a.up.sql');
    await work.remove('migrations/1_a.down.sql');
    const { exitCode, stderr } = await work.run(['migrate', 'down']);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('irreversible because');
    expect(await database.tables()).toEqual(['a']);
  });
});
