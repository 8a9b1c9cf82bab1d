import { describe, expect, it } from 'vitest';
import { testEngines } from '../support/databases.ts';
import { project, twoMigrations } from '../support/project.ts';

interface Seen {
  readonly line: number;
  readonly locks: readonly { readonly relation: string; readonly mode: string }[];
  readonly rewritten: readonly string[];
  readonly scanned: readonly string[];
}

interface DryRun {
  readonly outcome: string;
  readonly dryRun: boolean;
  readonly applied: readonly {
    readonly name: string;
    readonly ranIn: string;
    readonly statements: readonly Seen[];
  }[];
  readonly failed?: { readonly name: string };
  readonly remaining: readonly string[];
  readonly differences: readonly {
    readonly change: string;
    readonly object: { readonly type: string; readonly name: string };
  }[];
}

const dryRun = ['migrate', 'up', '--dry-run'];

describe.each(testEngines())('migrate up --dry-run on $title', ({ create, engine }) => {
  it('tells what it would change, and changes nothing', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate', 'up', '--step', '1']);
    const { exitCode, json } = await work.run([...dryRun, '--json']);
    expect(exitCode).toBe(0);
    const result = json().result as unknown as DryRun;
    expect(result).toMatchObject({ outcome: 'rolled-back', dryRun: true, remaining: [] });
    expect(result.applied.map(({ name, ranIn }) => [name, ranIn])).toEqual([
      ['0002_notes', 'database'],
    ]);
    expect(result.applied[0]?.statements.map(({ line }) => line)).toEqual([1, 2]);
    const changes = result.differences.map(({ change, object }) => [change, object.name]);
    expect(changes).toContainEqual(['created', 'notes']);
    expect(await database.tables()).toEqual(['users']);
    const { stdout } = await work.run(dryRun);
    expect(stdout).toContain('1 migration tried and rolled back; nothing was changed.');
    expect((await work.run(['migrate', 'status'])).stdout).toContain('1 pending');
  });

  it('works on a database that was never migrated, and leaves no ledger', async () => {
    await using database = await create();
    await database.sql('create table before (id integer)');
    await using work = await project(twoMigrations, database.url);
    expect((await work.run(dryRun)).exitCode).toBe(0);
    expect(await database.tables()).toEqual(['before']);
    expect((await work.run(['migrate', 'status'])).stdout).toContain('0 migrations applied');
  });

  it('says which statement would fail, and what went well before it', async () => {
    await using database = await create();
    await using work = await project(
      {
        ...twoMigrations,
        '0003_bad.up.sql': 'create table fine (id integer);\n\ncreate table users (id integer);\n',
      },
      database.url,
    );
    const { exitCode, json } = await work.run([...dryRun, '--json']);
    expect(exitCode).toBe(4);
    const { result, error } = json();
    expect(error).toMatchObject({ location: { file: 'migrations/0003_bad.up.sql', line: 3 } });
    const tried = result as unknown as DryRun;
    expect(tried.applied.map(({ name }) => name)).toEqual(['0001_users', '0002_notes']);
    expect(tried.failed).toMatchObject({ name: '0003_bad' });
    expect(await database.tables()).toEqual([]);
  });

  it('has nothing to do where nothing is pending', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate', 'up']);
    const { stdout, exitCode } = await work.run(dryRun);
    expect(stdout).toContain('Nothing to do');
    expect(exitCode).toBe(0);
  });

  it('runs in a scratch database what cannot be rolled back', async () => {
    await using database = await create();
    const outside =
      engine === 'postgres'
        ? 'create index concurrently notes_id on notes (user_id, id);\n'
        : 'create index notes_id on notes (user_id, id);\n';
    await using work = await project(
      {
        ...twoMigrations,
        '0003_index.up.sql': `-- jem-db: no-transaction\n${outside}`,
        '0004_after.up.sql': 'create table later (id integer);\n',
      },
      database.url,
    );
    await work.run(['migrate', 'up', '--step', '1']);
    const { exitCode, json } = await work.run([...dryRun, '--json']);
    expect(exitCode).toBe(0);
    const { applied, differences } = json().result as unknown as DryRun;
    expect(applied.map(({ name, ranIn }) => [name, ranIn])).toEqual([
      ['0002_notes', 'database'],
      ['0003_index', 'scratch'],
      ['0004_after', 'scratch'],
    ]);
    const created = differences.map(({ object }) => object.name);
    expect(created).toEqual(expect.arrayContaining(['notes', 'later']));
    expect(await database.tables()).toEqual(['users']);
  });
});

describe.each(testEngines().filter(({ engine }) => engine === 'postgres'))(
  'what a dry run sees on $title',
  ({ create }) => {
    it('are the locks on tables that are there, rewrites and full scans', async () => {
      await using database = await create();
      await using work = await project(
        {
          '1_t.up.sql': 'create table t (id integer primary key, n integer, v varchar(5));\n',
          '2_change.up.sql':
            'alter table t alter column n type bigint;\nalter table t alter column v type varchar(9);\ncreate index on t (n);\n',
        },
        database.url,
      );
      await work.run(['migrate', 'up', '--step', '1']);
      const { json, stdout } = await work.run([...dryRun, '--json']);
      const [tried] = (json().result as unknown as DryRun).applied;
      expect(stdout).toContain('AccessExclusive');
      const [rewrite, widen, index] = tried?.statements ?? [];
      expect(rewrite?.locks).toEqual([{ relation: 'public.t', mode: 'AccessExclusive' }]);
      expect(rewrite?.rewritten).toContain('public.t');
      expect(widen?.rewritten).toEqual([]);
      expect(index?.scanned).toEqual(['public.t']);
      const people = await work.run(dryRun);
      expect(people.stdout).toContain('lock     AccessExclusive on public.t');
      expect(people.stdout).toContain('rewrites public.t');
    });
  },
);
