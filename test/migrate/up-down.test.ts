import { describe, expect, it } from 'vitest';
import { testEngines } from '../support/databases.ts';
import { project, twoMigrations } from '../support/project.ts';

describe.each(testEngines())('migrate on $title', ({ create }) => {
  it('applies, shows, reverts and applies again', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);

    const first = await work.run(['migrate']);
    expect(first.stderr).toBe('');
    expect(first.exitCode).toBe(0);
    expect(first.stdout).toMatch(
      /applied +0001_users.*\napplied +0002_notes.*\n2 migrations applied/,
    );
    expect(await database.tables()).toEqual(['notes', 'users']);

    const again = await work.run(['migrate', 'up']);
    expect(again.stdout).toContain('Nothing to do');

    const status = (await work.run(['migrate', 'status', '--check', '--json'])).json();
    expect(status.exitCode).toBe(0);
    expect(status.result).toMatchObject({
      applied: [{ name: '0001_users' }, { name: '0002_notes' }],
      pending: [],
      problems: [],
    });

    expect((await work.run(['migrate', 'down'])).stdout).toContain('0002_notes');
    expect(await database.tables()).toEqual(['users']);
    const check = await work.run(['migrate', 'status', '--check']);
    expect(check.exitCode).toBe(1);
    expect(check.stdout).toContain('pending');
    expect((await work.run(['migrate', 'up', '--json'])).json().result).toMatchObject({
      outcome: 'applied',
      applied: [{ name: '0002_notes' }],
      remaining: [],
    });
    expect(await database.tables()).toEqual(['notes', 'users']);
  });

  it('stops at --to and after --step, by name, number or file', async () => {
    await using database = await create();
    const files = Object.fromEntries(
      [1, 2, 3, 4, 5].flatMap((n) => [
        [`000${n}_t${n}.up.sql`, `create table t${n} (id integer);`],
        [`000${n}_t${n}.down.sql`, `drop table t${n};`],
      ]),
    );
    await using work = await project(files, database.url);
    await work.run(['migrate', 'up', '--to', '2']);
    expect(await database.tables()).toEqual(['t1', 't2']);
    await work.run(['migrate', 'up', '--step', '1']);
    expect(await database.tables()).toEqual(['t1', 't2', 't3']);
    await work.run(['migrate', 'up', '--to', 'migrations/0005_t5.up.sql']);
    expect(await database.tables()).toHaveLength(5);
    await work.run(['migrate', 'down', '--step', '2']);
    expect(await database.tables()).toEqual(['t1', 't2', 't3']);
    await work.run(['migrate', 'down', '--to', '0001_t1']);
    expect(await database.tables()).toEqual(['t1']);
    const further = await work.run(['migrate', 'up', '--to', '1']);
    expect(further.stdout).toContain('4 migrations further on pending');
    const both = await work.run(['migrate', 'up', '--to', '3', '--step', '1']);
    expect(both.exitCode).toBe(2);
    const all = await work.run(['migrate', 'down', '--step', '99']);
    expect([all.exitCode, (await database.tables()).length]).toEqual([0, 0]);
    const unknown = await work.run(['migrate', 'up', '--to', '0009']);
    expect(unknown.exitCode).toBe(2);
  });

  it('asks before it reverts everything, and refuses where nobody can be asked', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate']);
    const refused = await work.run(['migrate', 'down', '--to', '0']);
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain('--yes');
    expect(refused.stderr).toContain('0001_users');
    expect(await database.tables()).toEqual(['notes', 'users']);
    expect((await work.run(['migrate', 'down', '--to', '0', '--yes'])).exitCode).toBe(0);
    expect(await database.tables()).toEqual([]);
    expect((await work.run(['migrate', 'down'])).stdout).toContain('Nothing to do');
  });

  it('refuses a way down that is missing or irreversible before it reverts anything', async () => {
    await using database = await create();
    await using work = await project(
      {
        '1_a.up.sql': 'create table a (id integer);',
        '2_b.up.sql':
          '-- jem-db: irreversible because it drops the old data\ncreate table b (id integer);',
        '2_b.down.sql': 'drop table b;',
        '3_c.up.sql': 'create table c (id integer);',
        '3_c.down.sql': 'drop table c;',
      },
      database.url,
    );
    await work.run(['migrate']);
    const irreversible = await work.run(['migrate', 'down', '--step', '2']);
    expect(irreversible.exitCode).toBe(4);
    expect(irreversible.stderr).toContain('it drops the old data');
    expect(await database.tables()).toEqual(['a', 'b', 'c']);
    await work.write({ 'migrations/2_b.up.sql': 'create table b (id integer);' });
    const missing = await work.run(['migrate', 'down', '--to', '0', '--yes']);
    expect(missing.exitCode).toBe(4);
    expect(missing.stderr).toContain('1_a has no way down');
    expect(await database.tables()).toEqual(['a', 'b', 'c']);
  });

  it('goes down by the text kept in the ledger when the file is gone', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate']);
    await work.remove('migrations/0002_notes.up.sql');
    await work.remove('migrations/0002_notes.down.sql');
    expect((await work.run(['migrate', 'down'])).exitCode).toBe(0);
    expect(await database.tables()).toEqual(['users']);
  });

  it('runs JavaScript and TypeScript migrations inside the transaction', async () => {
    await using database = await create();
    await using work = await project(
      {
        '1_people.up.sql': 'create table people (id integer primary key, name text);',
        '2_fill.ts': `interface Db { execute(sql: string): Promise<void>; query(sql: string): Promise<readonly Record<string, unknown>[]> }
export async function up(database: Db): Promise<void> {
  await database.execute("insert into people values (1, 'ada'); insert into people values (2, 'bob');");
  const rows = await database.query('select count(*) as n from people');
  if (Number(rows[0]?.['n']) !== 2) throw new Error('two people expected');
}
export async function down(database: Db): Promise<void> { await database.execute('delete from people'); }
`,
        '3_fails.mjs':
          "export async function up(database) { await database.execute('delete from people'); throw new Error('no more'); }\n",
      },
      database.url,
    );
    const { exitCode, stderr } = await work.run(['migrate']);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('no more');
    expect(await database.sql('select name from people order by id')).toEqual([
      { name: 'ada' },
      { name: 'bob' },
    ]);
    await work.remove('migrations/3_fails.mjs');
    expect((await work.run(['migrate', 'down'])).exitCode).toBe(0);
    expect(await database.sql('select name from people')).toEqual([]);
  });

  it('marks an existing database by a baseline without running anything', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    await database.sql('create table users (id integer primary key, name text not null)');
    const { exitCode, stdout } = await work.run(['migrate', 'baseline', '1']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('0001_users');
    expect((await work.run(['migrate', 'up'])).exitCode).toBe(0);
    expect(await database.tables()).toEqual(['notes', 'users']);
    const twice = await work.run(['migrate', 'baseline', '2']);
    expect(twice.exitCode).toBe(4);
  });
});
