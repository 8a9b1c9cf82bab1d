import { describe, expect, it } from 'vitest';
import { testEngines } from '../support/databases.ts';
import { project } from '../support/project.ts';

const dbmate = {
  '20260101000000_users.sql':
    '-- migrate:up\ncreate table users (id integer);\ninsert into users values (1);\n-- migrate:down\ndrop table users;\n',
  '20260102000000_notes.sql':
    '-- migrate:up\ncreate table notes (id integer);\n-- migrate:down\ndrop table notes;\n',
};

describe.each(testEngines())('a database that dbmate has migrated, on $title', ({ create }) => {
  it('is not migrated a second time, and goes on where dbmate left off', async () => {
    await using database = await create();
    await database.sql('create table schema_migrations (version varchar(128) primary key)');
    await database.sql("insert into schema_migrations values ('20260101000000')");
    await database.sql('create table users (id integer)');
    await using work = await project(dbmate, database.url);

    const refused = await work.run(['migrate']);
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain('jem-db migrate adopt dbmate');
    expect(await database.sql('select id from users')).toEqual([]);

    const adopted = await work.run(['migrate', 'adopt']);
    expect(adopted.stderr).toBe('');
    expect(adopted.stdout).toContain('20260101000000_users');
    expect((await work.run(['migrate'])).exitCode).toBe(0);
    expect(await database.tables()).toEqual(['notes', 'schema_migrations', 'users']);
    expect(await database.sql('select id from users')).toEqual([]);
    expect((await work.run(['migrate', 'status', '--check'])).exitCode).toBe(0);
    expect((await work.run(['migrate', 'down'])).exitCode).toBe(0);
    expect(await database.tables()).toEqual(['schema_migrations', 'users']);
    expect((await work.run(['migrate', 'adopt'])).exitCode).toBe(4);
  });

  it('is migrated beside that ledger where the user says so', async () => {
    await using database = await create();
    await database.sql('create table schema_migrations (version varchar(128) primary key)');
    await database.sql("insert into schema_migrations values ('1')");
    await using work = await project(dbmate, database.url);
    expect((await work.run(['migrate', 'up', '--ignore-other-ledgers'])).exitCode).toBe(0);
    expect(await database.tables()).toContain('notes');
  });

  it('is refused where a file is missing, or the tool is not known', async () => {
    await using database = await create();
    await database.sql('create table schema_migrations (version varchar(128) primary key)');
    await database.sql("insert into schema_migrations values ('20250101000000')");
    await using work = await project(dbmate, database.url);
    const missing = await work.run(['migrate', 'adopt', 'dbmate']);
    expect(missing.exitCode).toBe(4);
    expect(missing.stderr).toContain('20250101000000');
    const unknown = await work.run(['migrate', 'adopt', 'dbmat']);
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stderr).toContain('dbmate');
  });
});
