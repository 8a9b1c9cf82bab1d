import { describe, expect, it } from 'vitest';
import { testEngines } from '../support/databases.ts';
import { project, twoMigrations } from '../support/project.ts';

interface Difference {
  readonly change: string;
  readonly object: { readonly type: string; readonly table: string | null; readonly name: string };
  readonly fix: string | null;
}

interface Verified {
  readonly matches: boolean;
  readonly expectedFrom: string;
  readonly differences: readonly Difference[];
  readonly script: readonly string[];
  readonly pending: readonly string[];
  readonly problems: readonly { readonly kind: string; readonly name: string }[];
  readonly remarks: readonly string[];
}

const told = ({ differences }: Verified): string[] =>
  differences.map(({ change, object: { type, table, name } }) =>
    [change, type, table === null ? name : `${table}.${name}`].join(' '),
  );

describe.each(testEngines())('schema verify on $title', ({ create }) => {
  it('says yes when nothing drifted, and changes nothing', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate', 'up']);
    const tables = await database.tables();
    const { exitCode, stdout } = await work.run(['schema', 'verify']);
    expect(stdout).toContain('The schema is what its migrations produce.');
    expect(stdout).toContain('2 applied migrations, replayed in');
    expect(exitCode).toBe(0);
    expect(await database.tables()).toEqual(tables);
  });

  it('names each difference, and the SQL it gives mends them all', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate', 'up']);
    await database.sql('drop index notes_user');
    await database.sql('alter table users add column nick text');
    await database.sql('create table stray (id integer)');
    const drifted = await work.run(['schema', 'verify', '--json']);
    expect(drifted.exitCode).toBe(1);
    const result = drifted.json().result as unknown as Verified;
    expect(result.matches).toBe(false);
    expect(told(result).toSorted()).toEqual([
      'missing index notes.notes_user',
      'unexpected column users.nick',
      'unexpected table stray',
    ]);
    const people = await work.run(['schema', 'verify']);
    expect(people.exitCode).toBe(1);
    expect(people.stdout).toMatch(/missing +index \S*notes_user/);
    expect(people.stdout).toContain('The schema drifted: 3 differences.');
    for (const statement of result.script) await database.sql(statement);
    expect((await work.run(['schema', 'verify'])).exitCode).toBe(0);
  });

  it('tells drift from migrations that are pending or changed', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate', 'up']);
    await work.write({ 'migrations/0003_more.up.sql': 'create table more (id integer);' });
    const pending = await work.run(['schema', 'verify', '--json']);
    expect(pending.exitCode).toBe(0);
    expect(pending.json().result).toMatchObject({ matches: true, pending: ['0003_more'] });
    await work.write({ 'migrations/0001_users.up.sql': 'create table users (id integer);' });
    const changed = await work.run(['schema', 'verify', '--json']);
    expect(changed.exitCode).toBe(1);
    expect(changed.json().result).toMatchObject({
      matches: true,
      problems: [{ kind: 'changed', name: '0001_users' }],
    });
  });

  it('leaves out what is not ours, by name, by pattern and by group', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate', 'up']);
    await database.sql('create table tmp_one (id integer primary key, name text unique)');
    expect((await work.run(['schema', 'verify'])).exitCode).toBe(1);
    expect((await work.run(['schema', 'verify', '--ignore', 'tmp_*'])).exitCode).toBe(0);
    await work.write({ 'jem-db.json': JSON.stringify({ ignore: ['table:tmp_one'] }) });
    expect((await work.run(['schema', 'verify'])).exitCode).toBe(0);
    const mistyped = await work.run(['schema', 'verify', '--ignore', 'privlege']);
    expect(mistyped.stdout).toContain('The pattern "privlege" leaves nothing out');
    expect(mistyped.stdout).toContain('privileges');
    await work.write({ 'jem-db.json': JSON.stringify({ ignore: ['view:tmp_one'] }) });
    expect((await work.run(['schema', 'verify'])).exitCode).toBe(1);
  });

  it('tells of columns in another order without calling it drift', async () => {
    await using database = await create();
    await using work = await project(
      { '1_t.up.sql': 'create table t (a integer, b text, c text);' },
      database.url,
    );
    await work.run(['migrate', 'up']);
    await database.sql('alter table t drop column b');
    await database.sql('alter table t add column b text');
    const { exitCode, json } = await work.run(['schema', 'verify', '--json']);
    const { remarks } = json().result as unknown as Verified;
    expect(remarks).toEqual([expect.stringMatching(/columns of \S*t stand in another order/)]);
    expect(exitCode).toBe(0);
  });

  it('says where a replay fails, and that it was not the real database', async () => {
    await using database = await create();
    await using work = await project(
      { ...twoMigrations, '0003_nick.up.sql': 'alter table users add column nick text;\n' },
      database.url,
    );
    await work.run(['migrate', 'up']);
    await database.sql("delete from jem_db_migrations where name <> '0003_nick'");
    const { exitCode, stderr } = await work.run(['schema', 'verify']);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('migrations/0003_nick.up.sql:1:');
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      'in a scratch database; the real one was only read',
    );
  });
});

describe.each(testEngines().filter(({ engine }) => engine === 'postgres'))(
  'where schema verify gets the expected schema on $title',
  ({ create }) => {
    it('may be the same server, an empty database, or what the last run recorded', async () => {
      await using database = await create();
      await using other = await create();
      await using work = await project(twoMigrations, database.url);
      await work.run(['migrate', 'up']);
      const from = async (place: string): Promise<string> => {
        const { exitCode, json, stderr } = await work.run([
          ...['schema', 'verify', '--scratch', place, '--json'],
        ]);
        expect([place, exitCode, stderr]).toEqual([place, 0, expect.any(String)]);
        return (json().result as unknown as Verified).expectedFrom;
      };
      expect(await from('same-server')).toContain('a scratch database on');
      expect(await from(other.url)).toContain('the empty database');
      expect(await from('recorded')).toContain('the schema that the last run recorded');
      expect(await other.tables()).toEqual([]);
      const used = await work.run(['schema', 'verify', '--scratch', database.url]);
      expect(used.exitCode).toBe(4);
      expect(used.stderr).toContain('It is the very database that the migrations are for.');
    });

    it('falls back to the recorded schema, but not to one of another ledger', async () => {
      await using database = await create();
      await using work = await project(twoMigrations, database.url);
      await work.run(['migrate', 'up']);
      const nowhere = { env: { JEM_DB_POSTGRES_BIN: work.path } };
      const fallen = await work.run(['schema', 'verify'], nowhere);
      expect(fallen.stdout).toContain('the schema that the last run recorded');
      expect(fallen.stdout).toContain('does not prove that the files still produce this schema');
      expect(fallen.stdout).toContain('The schema is as the last run left it.');
      expect(fallen.stdout).not.toContain('what its migrations produce');
      expect(fallen.exitCode).toBe(0);
      await database.sql('drop index notes_user');
      expect((await work.run(['schema', 'verify'], nowhere)).exitCode).toBe(1);
      await database.sql(
        "update jem_db_migrations set checksum = 'another' where name = '0001_users'",
      );
      const stale = await work.run(['schema', 'verify', '--scratch', 'recorded']);
      expect(stale.exitCode).toBe(4);
      expect(stale.stderr).toContain('No recorded schema fits the ledger');
    });

    it('claims no more than the recorded schema can tell: older drift is in it', async () => {
      await using database = await create();
      await using work = await project(twoMigrations, database.url);
      await work.run(['migrate', 'up', '--step', '1']);
      await database.sql('alter table users add column nick text');
      await work.run(['migrate', 'up']);
      const recorded = await work.run(['schema', 'verify', '--scratch', 'recorded', '--json']);
      expect(recorded.json().result).toMatchObject({ matches: true, expectedIs: 'recorded' });
      const replayed = await work.run(['schema', 'verify', '--json']);
      expect(replayed.json().result).toMatchObject({ matches: false, expectedIs: 'replayed' });
      expect(replayed.exitCode).toBe(1);
    });

    it('says so when a run could not record its schema, and is done all the same', async () => {
      await using database = await create();
      await using work = await project(
        { '1_t.up.sql': 'create table t (n integer default 1 check (n > 0));\n' },
        database.url,
      );
      await work.run(['migrate', 'up']);
      await work.write({ 'migrations/2_u.up.sql': 'create table u (id integer);\n' });
      await database.sql('begin');
      await database.sql('lock table t in access exclusive mode');
      const { exitCode, stderr } = await work.run(['migrate', 'up']);
      await database.sql('rollback');
      expect(exitCode).toBe(0);
      expect(stderr).toContain('The schema was not recorded');
      expect((await work.run(['schema', 'verify', '--scratch', 'recorded'])).exitCode).toBe(4);
    });

    it('refuses a migration that reaches out of its database, where the server is shared', async () => {
      await using database = await create();
      await using work = await project(
        {
          '1_r.up.sql':
            'create table t (id integer);\ncreate role stray_of_test;\ndrop role stray_of_test;\n',
        },
        database.url,
      );
      expect((await work.run(['migrate', 'up'])).exitCode).toBe(0);
      const { exitCode, stderr } = await work.run(['schema', 'verify', '--scratch', 'same-server']);
      expect(exitCode).toBe(4);
      expect(stderr).toContain('1_r.up.sql:2:1');
      expect(stderr).toContain('reaches out of its database');
      expect((await work.run(['schema', 'verify'])).exitCode).toBe(0);
    });

    it('gives up in a moment where somebody is changing a table, and says who', async () => {
      await using database = await create();
      await using work = await project(
        { '1_t.up.sql': 'create table t (n integer default 1 check (n > 0));\n' },
        database.url,
      );
      await work.run(['migrate', 'up']);
      await database.sql('begin');
      await database.sql('lock table t in access exclusive mode');
      const { exitCode, stderr } = await work.run(['schema', 'dump']);
      await database.sql('rollback');
      expect(exitCode).toBe(3);
      expect(stderr).toMatch(/process \d+/);
      expect((await work.run(['schema', 'dump'])).exitCode).toBe(0);
    });

    it('needs no right beyond reading', async () => {
      await using database = await create();
      await using work = await project(twoMigrations, database.url);
      await work.run(['migrate', 'up']);
      const role = `reader_${Date.now()}`;
      await database.sql(`create role ${role} login password 'x'`);
      await database.sql(`grant select on jem_db_migrations to ${role}`);
      await database.sql('drop index notes_user');
      const url = new URL(database.url);
      url.username = role;
      url.password = 'x';
      const { exitCode, stdout } = await work.run(['schema', 'verify', '-d', url.href]);
      expect(stdout).toContain('notes_user');
      expect(exitCode).toBe(1);
    });
  },
);
