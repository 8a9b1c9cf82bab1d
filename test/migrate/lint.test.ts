import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, DatabaseError } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lintMigrations, lintRules, type LintWish } from '../../src/migrate/lint.ts';
import { type TestDatabase, testEngines } from '../support/databases.ts';
import { temporaryFolder } from '../support/folders.ts';
import { postgresCases, sqliteCases } from './lint-cases.ts';

type Engine = 'postgres' | 'sqlite';

/** Lints the last of some files, numbered in order. */
async function lint(engine: Engine, files: readonly string[], wish: Partial<LintWish> = {}) {
  await using folder = await temporaryFolder();
  const migrations = join(folder.path, 'migrations');
  await mkdir(migrations);
  for (const [index, text] of files.entries())
    await writeFile(join(migrations, `${index + 1}_file.up.sql`), text);
  return await lintMigrations(
    {
      setup: {
        folder: 'migrations',
        layout: null,
        cwd: folder.path,
        ledgerTable: 'jem_db_migrations',
        signal: new AbortController().signal,
        onNote: () => {},
      },
      session: null,
      engine,
    },
    { all: false, file: `${files.length}`, only: [], skip: [], ...wish },
  );
}

const both = [
  ...postgresCases.map((each) => ({ ...each, engine: 'postgres' as const })),
  ...sqliteCases.map((each) => ({ ...each, engine: 'sqlite' as const })),
];

describe('lint', () => {
  it.each(both)('$engine $rule: $bad', async ({ engine, rule, given, bad, good }) => {
    const files = (sql: string): string[] => (given === undefined ? [sql] : [given, sql]);
    const only = { only: [rule] };
    const found = await lint(engine, files(bad), only);
    expect(found.findings.map((finding) => finding.rule)).toEqual([rule]);
    expect(found.findings[0]?.hint).not.toBe('');
    expect((await lint(engine, files(good), only)).findings).toEqual([]);
  });

  it('has a case for every rule of every engine', async () => {
    const told = new Set(both.map(({ rule }) => rule));
    const untold = (await lintRules()).filter(({ id }) => !told.has(id)).map(({ id }) => id);
    expect(untold).toEqual([
      'unreadable-sql',
      'shell-command',
      'unread-module',
      'bad-allow',
      'unused-allow',
    ]);
  });

  it.each(['postgres', 'sqlite'] as const)(
    'finds nothing in a plain first file on %s',
    async (engine) => {
      const sql = `create table users (id integer primary key, name text not null unique);
      create index users_name on users (name);
      create table notes (id integer primary key, user_id integer references users (id));
      insert into users values (1, 'a'); update users set name = 'b';`;
      expect((await lint(engine, [sql])).findings).toEqual([]);
    },
  );

  it('says which relation, which lock, why, and the safe way', async () => {
    const { findings } = await lint('postgres', [
      'create table app.orders (id int);',
      '-- über\n  create index "by Id" on app.orders (id);',
    ]);
    expect(findings).toEqual([
      {
        rule: 'create-index',
        level: 'warning',
        file: 'migrations/2_file.up.sql',
        line: 2,
        column: 3,
        message:
          'CREATE INDEX "by Id" on app.orders: nobody can write to the table until the index is built over every row',
        hint: expect.stringContaining('`CREATE INDEX CONCURRENTLY "by Id" ON app.orders …`'),
        lock: 'Share',
        confirmed: null,
      },
    ]);
  });

  it('counts places in characters, also behind others than ASCII', async () => {
    const { findings } = await lint('postgres', [
      "select 'äöü😀'; alter table t add column a int, add column b uuid default uuidv7();",
    ]);
    expect(findings).toMatchObject([{ rule: 'add-column-rewrite', line: 1, column: 59 }]);
  });

  it('tells SQL that it cannot read at its place, and reads on', async () => {
    const { findings } = await lint('postgres', [
      "select '😀';\nselect ä from where;\n\\connect other\ncopy t from stdin;\n1\t2\n\\.\ntruncate t;",
    ]);
    expect(findings).toMatchObject([
      { rule: 'unreadable-sql', line: 2, column: 15 },
      { rule: 'shell-command', line: 3, column: 1 },
      { rule: 'shell-command', line: 4, column: 1 },
      { rule: 'truncate', line: 7 },
    ]);
  });

  it('tells an option that is not known, and SQL that does not end', async () => {
    const { findings } = await lint('postgres', ["-- jem-db: no-tranaction\nselect 'a"]);
    expect(findings).toMatchObject([
      { rule: 'unreadable-sql', line: 1 },
      { rule: 'unreadable-sql', line: 2, column: 8 },
    ]);
  });

  it('does not take a table of an earlier file for new', async () => {
    const files = ['create table t (a int);', 'create index i on t (a);'];
    expect((await lint('postgres', files)).findings).toHaveLength(1);
    expect((await lint('postgres', [files.join('\n')])).findings).toEqual([]);
  });

  it('follows renames', async () => {
    const { findings } = await lint('postgres', [
      'create table t (a varchar(5)); alter table t rename to u; alter table u rename a to b;',
      'alter table u alter b type varchar(9); alter table public.u alter b type text;',
    ]);
    expect(findings).toEqual([]);
  });
});

describe('accepting', () => {
  const given = 'create table t (a int, b int);';

  it('takes an allow above a statement for that one alone', async () => {
    const { findings, accepted } = await lint('postgres', [
      given,
      'select 1;\n-- jem-db: allow drop-column because nobody reads it, really\nalter table t drop column a;\nalter table t drop column b;',
    ]);
    expect(accepted).toEqual([
      {
        rule: 'drop-column',
        file: 'migrations/2_file.up.sql',
        line: 3,
        because: 'nobody reads it, really',
      },
    ]);
    expect(findings).toMatchObject([{ rule: 'drop-column', line: 4 }]);
  });

  it('takes an allow at the top for the whole file', async () => {
    const { findings, accepted } = await lint('postgres', [
      given,
      '-- jem-db: lock-timeout 2s, allow drop-column truncate because we stop the world\nalter table t drop column a;\nselect 1; truncate t;',
    ]);
    expect(findings).toEqual([]);
    expect(accepted.map(({ rule }) => rule)).toEqual(['drop-column', 'truncate']);
  });

  it.each([
    ['select 1;\n-- jem-db: allow truncate\ntruncate t;', 'gives no reason', 2],
    ['select 1;\n-- jem-db: allow truncat because x\ntruncate t;', 'there is no rule truncat', 2],
    ['select 1;\n-- jem-db: allow because x\ntruncate t;', 'names no rule', 2],
    ['select 1;\ntruncate -- jem-db: allow truncate because x\nt;', 'neither at the top', 2],
    ['select 1; -- jem-db: allow truncate because x\ntruncate t;', 'neither at the top', 1],
    ['truncate t;\n-- jem-db: allow truncate because x\n', 'neither at the top', 2],
  ])('refuses %j', async (sql, said, line) => {
    const { findings, accepted } = await lint('postgres', [given, sql]);
    expect(accepted).toEqual([]);
    expect(findings.map(({ rule }) => rule).toSorted()).toEqual(['bad-allow', 'truncate']);
    const refused = findings.find(({ rule }) => rule === 'bad-allow');
    expect(refused).toMatchObject({ line, message: expect.stringContaining(said) });
  });

  it('notes an allow that nothing needs, unless its rule is not asked for', async () => {
    const files = [given, '-- jem-db: allow truncate because x\nselect 1;'];
    const { findings } = await lint('postgres', files);
    expect(findings).toMatchObject([{ rule: 'unused-allow', level: 'note', line: 1 }]);
    expect((await lint('postgres', files, { skip: ['truncate'] })).findings).toEqual([]);
  });
});

describe('evidence', () => {
  const files = [
    'create table app.t (a int);',
    'begin; alter table app.t alter a type bigint; commit;',
  ];
  const seen = { relation: 'app.t', mode: 'AccessExclusiveLock', rewritten: true, scanned: true };
  const at = { file: 'migrations/2_file.up.sql', statement: 0 };

  it('confirms a finding in words', async () => {
    const { findings } = await lint('postgres', files, { evidence: [{ ...at, seen: [seen] }] });
    expect(findings).toMatchObject([
      {
        level: 'error',
        confirmed: 'held AccessExclusive on app.t, rewrote it, read 1 full scan',
      },
    ]);
  });

  it('turns a finding that a run refutes into a note', async () => {
    const harmless = { ...seen, rewritten: false, scanned: false };
    const { findings } = await lint('postgres', files, { evidence: [{ ...at, seen: [harmless] }] });
    expect(findings).toMatchObject([
      {
        level: 'note',
        confirmed: null,
        message: expect.stringContaining('a run did not bear that out'),
      },
    ]);
  });

  it.each(['app.other', 't'])(
    'takes what partitions show for their parent (%s)',
    async (relation) => {
      const evidence = [{ ...at, seen: [{ ...seen, relation }] }];
      const { findings } = await lint('postgres', files, { evidence });
      expect(findings).toMatchObject([
        { level: 'error', confirmed: expect.stringContaining(relation) },
      ]);
    },
  );

  it('leaves alone a relation that was not observed', async () => {
    const other = { relation: 'app.other', mode: null, rewritten: false, scanned: false };
    const { findings } = await lint('postgres', files, { evidence: [{ ...at, seen: [other] }] });
    expect(findings).toMatchObject([{ level: 'error', confirmed: null }]);
  });

  it('leaves alone what was not observed', async () => {
    const { findings } = await lint('postgres', files, {
      evidence: [{ ...at, statement: 9, seen: [] }],
    });
    expect(findings).toMatchObject([{ level: 'error', confirmed: null }]);
  });
});

/** Statements that a server refuses inside a transaction, or on a version that lacks the words. */
const notToTry = /concurrently|virtual|cluster|uuidv7|vacuum/i;

describe.each(testEngines().filter(({ engine }) => engine === 'postgres'))(
  'the locks that rules name, seen on $title',
  ({ create }) => {
    let database: TestDatabase;
    let client: Client;

    beforeAll(async () => {
      database = await create();
      client = new Client({ connectionString: database.url });
      await client.connect();
    });

    afterAll(async () => {
      await client.end();
      await database[Symbol.asyncDispose]();
    });

    it.each(postgresCases.filter(({ bad }) => !notToTry.test(bad)))(
      '$rule: $bad',
      async ({ rule, given = '', bad }) => {
        const { findings } = await lint('postgres', [given, bad], { only: [rule] });
        const lock = findings[0]?.lock ?? null;
        const held = await locksOf(client, given, bad);
        expect(held).toEqual(expect.arrayContaining(lock === null ? [] : [`${lock}Lock`]));
      },
    );
  },
);

/** Locks that a text takes on relations that were there before it. */
async function locksOf(client: Client, given: string, sql: string): Promise<string[]> {
  await client.query('drop schema if exists tried, app cascade; create schema tried');
  await client.query(`set search_path = tried; ${given}`);
  await client.query('create temporary table known as select oid from pg_class');
  await client.query('begin');
  try {
    await client.query(sql);
    const { rows } = await client.query<{ mode: string }>(
      `select distinct mode from pg_locks join pg_temp.known on oid = relation
       where pid = pg_backend_pid() and relation >= 16384`,
    );
    return rows.map(({ mode }) => mode);
  } catch (error) {
    // Some rules are about statements that fail; their locks are gone with them.
    if (error instanceof DatabaseError) return [];
    throw error;
  } finally {
    await client.query('rollback; drop table pg_temp.known');
  }
}
