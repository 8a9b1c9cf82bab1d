import { describe, expect, it } from 'vitest';
import { testEngines } from '../support/databases.ts';
import { project } from '../support/project.ts';

const engines = testEngines().filter(({ engine }) => engine === 'postgres');

describe.each(engines)('what $title says while a migration runs', ({ create }) => {
  const files = {
    '1_a.up.sql': `create table a (id integer);
do $$ begin
  raise notice 'looked at % rows', 0;
  raise warning 'the table is empty' using hint = 'Fill it.', detail = 'secret row';
end $$;`,
    '2_b.mjs': `export async function up(db) {
  await db.execute("do $$ begin raise warning 'from a module'; end $$");
}`,
    '3_c.up.sql': `-- jem-db: no-transaction
do $$ begin raise warning 'outside a transaction'; end $$;`,
  };

  it('shows a warning as a warning, and a notice to --verbose alone', async () => {
    await using database = await create();
    await using work = await project(files, database.url);
    const { exitCode, stdout, stderr } = await work.run(['migrate', 'up', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).warnings).toEqual([
      { code: 'server-warning', message: 'the table is empty\nFill it.' },
      { code: 'server-warning', message: 'from a module' },
      { code: 'server-warning', message: 'outside a transaction' },
    ]);
    expect(stderr).toContain('warning: the table is empty');
    expect(stderr).not.toContain('looked at');
    expect(stderr + stdout).not.toContain('secret row');
  });

  it('shows a notice with --verbose', async () => {
    await using database = await create();
    await using work = await project(files, database.url);
    const { stderr } = await work.run(['migrate', 'up', '-v']);
    expect(stderr).toContain('looked at 0 rows');
  });

  it('keeps both of a migration that fails', async () => {
    await using database = await create();
    await using work = await project(
      { '1_a.up.sql': `do $$ begin raise warning 'soon'; end $$; select 1 / 0;` },
      database.url,
    );
    const { exitCode, stderr } = await work.run(['migrate', 'up']);
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/warning: soon[^]+error: /);
  });
});

describe.each(engines)('a schema that may not be used on $title', ({ create }) => {
  it('is named, with the right that is missing', async () => {
    await using database = await create();
    const role = `r_${new URL(database.url).pathname.slice(1)}`;
    await database.sql(`create role ${role} login password 'x'`);
    try {
      await database.sql('revoke all on schema public from public');
      const url = new URL(database.url);
      url.username = role;
      url.password = 'x';
      await using work = await project({ '1_a.up.sql': 'select 1;' }, url.href);
      const refused = await work.run(['migrate', 'up', '--json']);
      expect(refused.exitCode).toBe(4);
      expect(refused.json().error).toMatchObject({ code: 'permission-denied' });
      expect(JSON.stringify(refused.json().error)).toContain('USAGE');
      expect(JSON.stringify(refused.json().error)).toContain('public');
      await database.sql(`grant usage, create on schema public to ${role}`);
      expect((await work.run(['migrate', 'up'])).exitCode).toBe(0);
    } finally {
      await database.sql(`drop owned by ${role}`);
      await database.sql(`drop role ${role}`);
    }
  });
});

const deferred = `create table parents (id integer primary key);
create table children (parent integer references parents deferrable initially deferred);
`;

describe.each(engines)('a deferred constraint on $title', ({ create }) => {
  it.each([
    ['one message', ''],
    ['several messages', `insert into parents values (0);\n${'-- '.padEnd(1000, 'x')}\n`],
  ])('that fails at the COMMIT names the file, in %s', async (_title, filler) => {
    await using database = await create();
    const text = filler.repeat(400).replaceAll('(0)', '(1) on conflict do nothing');
    const file = `${text}insert into parents values (2);\n  insert into children values (7);\n`;
    await using work = await project(
      { '1_a.up.sql': deferred, '2_b.up.sql': file, '3_c.up.sql': 'select 1;' },
      database.url,
    );
    const { exitCode, stdout } = await work.run(['migrate', 'up', '--json']);
    expect(exitCode).toBe(4);

    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: 'constraint-violated',
        location: { file: 'migrations/2_b.up.sql', line: 1, column: 1 },
        cause: expect.stringContaining('the commit'),
      },
      result: { applied: [{ name: '1_a' }], failed: { name: '2_b' }, remaining: ['3_c'] },
    });
  });
});
