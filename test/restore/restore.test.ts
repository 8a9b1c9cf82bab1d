import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backUp, dataFiles, filled, type Filled, heldIn, resultOf } from '../backup/setup.ts';
import { openedPostgres, testEngines, sqliteEngine } from '../support/databases.ts';
import { jemDbOnTerminal } from '../support/tty.ts';
import { sharedPostgres } from '../support/postgres.ts';

/** Where nothing is yet. */
function newPlace({ database, work }: Filled): string {
  if (!database.url.startsWith('postgres')) return join(work.path, 'copy.db');
  const url = new URL(database.url);
  url.pathname = `${url.pathname}_copy`;
  return String(url);
}

/** How many rows a database of either engine holds. */
async function rowsIn(work: Filled['work'], url: string): Promise<number> {
  const shown = await resultOf<{ backup: { rows: number } }>(work, [
    ...['backup', 'create', '-d', url, '--backups', './elsewhere'],
  ]);
  return shown.backup.rows;
}

describe.each(testEngines())('restore on $title', (row) => {
  it('makes the database that was not there, as it was', async () => {
    await using made = await filled(row);
    const { work } = made;
    const { id } = await backUp(work);
    await made.database.sql('delete from notes');
    const into = newPlace(made);
    const done = await resultOf(work, ['restore', 'latest', '--into', into]);
    expect(done).toMatchObject({ backup: { id }, replaced: null, tables: null });
    expect(await rowsIn(work, into)).toBe(heldIn(row).rows);
    expect((await work.run(['schema', 'verify', '-d', into])).exitCode).toBe(0);
  });

  it('refuses a database that is not empty, and replaces it when that is agreed to', async () => {
    await using made = await filled(row);
    const { work, database } = made;
    await backUp(work);
    await database.sql('delete from notes');
    await database.sql('create table precious (id integer)');
    const line = ['restore', 'latest', '--into', database.url];
    const refused = await work.run(line);
    expect([refused.exitCode, refused.stdout]).toEqual([4, '']);
    expect(refused.stderr).toMatch(/is not empty[^]*It holds .*tables[^]*--clean/);
    const unasked = await work.run([...line, '--clean']);
    expect([unasked.exitCode, unasked.stderr]).toEqual([4, expect.stringMatching(/destroys/)]);
    expect(await database.tables()).toContain('precious');
  });

  it('refuses a damaged backup before anything is touched', async () => {
    await using made = await filled(row);
    const { work } = made;
    const { id } = await backUp(work);
    const [file = ''] = await dataFiles(work, id);
    await truncate(file, 10);
    const into = newPlace(made);
    const { exitCode, stderr } = await work.run(['restore', 'latest', '--into', into]);
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining(file.split(`${id}/`)[1] ?? '')]);
  });

  it('refuses a table that the backup does not hold', async () => {
    await using made = await filled(row);
    const { work } = made;
    await backUp(work);
    const line = ['restore', 'latest', '--into', newPlace(made), '--table', 'usres'];
    const { exitCode, stderr } = await work.run(line);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/no table "usres"[^]*users/)]);
  });
});

describe('restore', () => {
  it('asks on a terminal, names what it destroys, and does it on yes', async () => {
    await using made = await filled(sqliteEngine);
    const { work, database } = made;
    await backUp(work);
    await database.sql('create table precious (id integer)');
    const args = ['restore', 'latest', '--into', database.url, '--clean'];
    const no = await jemDbOnTerminal(args, { cwd: work.path, input: 'no\n' });
    expect(no.exitCode).toBe(4);
    expect(await database.tables()).toContain('precious');
    const yes = await jemDbOnTerminal(args, { cwd: work.path, input: 'yes\n' });
    expect([yes.exitCode, yes.output]).toEqual([0, expect.stringContaining('Replaced: 4 tables')]);
    expect(await database.tables()).toEqual(['notes', 'users']);
  });

  it('brings single tables back', async () => {
    await using made = await filled(sqliteEngine);
    const { work, database } = made;
    await backUp(work);
    await database.sql('drop table notes');
    const line = ['restore', 'latest', '--into', database.url, '--table', 'notes'];
    const done = await resultOf(work, line);
    expect(done).toMatchObject({ tables: ['notes'], replaced: null });
    expect(await database.sql('select count(*) as n from notes')).toEqual([{ n: 3 }]);
  });

  it('refuses a database of another engine', async () => {
    await using made = await filled(sqliteEngine);
    await backUp(made.work);
    const server = await sharedPostgres(18);
    const url = await server.createDatabase();
    const { exitCode, stderr } = await made.work.run(['restore', 'latest', '--into', url]);
    expect([exitCode, stderr]).toEqual([
      4,
      expect.stringContaining('A backup of SQLite fits no PostgreSQL database'),
    ]);
    await using database = await openedPostgres(url);
    expect(await database.tables()).toEqual([]);
  });
});

describe.each(testEngines().filter(({ engine }) => engine === 'postgres'))(
  'roles that are not on the server, $title',
  (row) => {
    it('are named before anything is made, and can be done without', async () => {
      await using made = await filled(row);
      const { work, database } = made;
      const role = `gone_${Date.now()}`;
      await database.sql(`create role ${role}; alter table notes owner to ${role}`);
      await backUp(work);
      await database.sql(`reassign owned by ${role} to current_user; drop role ${role}`);
      const line = ['restore', 'latest', '--into', newPlace(made)];
      const refused = await work.run(line);
      expect([refused.exitCode, refused.stdout]).toEqual([4, '']);
      expect(refused.stderr).toContain(role);
      expect(refused.stderr).toContain('--no-owner');
      expect((await work.run([...line, '--no-owner'])).exitCode).toBe(0);
      expect(await rowsIn(work, newPlace(made))).toBe(heldIn(row).rows);
    });
  },
);

it.each(testEngines().filter(({ engine }) => engine === 'postgres'))(
  'gives everything to the user who restores, where that is asked for: $title',
  async (row) => {
    await using made = await filled(row);
    await backUp(made.work);
    const user = `taker_${process.pid}`;
    await made.database.sql(`create role ${user} login password 'p' createdb`);
    const url = new URL(newPlace(made));
    [url.username, url.password] = [user, 'p'];
    const line = ['restore', 'latest', '--into', url.href];
    expect((await made.work.run(line)).stderr).toContain('--no-owner');
    expect((await made.work.run([...line, '--no-owner'])).exitCode).toBe(0);
    await using copy = await openedPostgres(url.href);
    const owners = "select distinct tableowner from pg_tables where schemaname = 'public'";
    expect(await copy.sql(owners)).toEqual([{ tableowner: user }]);
  },
);
