import { describe, expect, it } from 'vitest';
import { testEngines } from '../support/databases.ts';
import { project } from '../support/project.ts';

interface Linted {
  readonly findings: readonly {
    readonly rule: string;
    readonly level: string;
    readonly confirmed: string | null;
    readonly message: string;
  }[];
}

describe.each(testEngines().filter(({ engine }) => engine === 'postgres'))(
  'migrate lint --observe on $title',
  ({ create }) => {
    it('confirms what a run bears out, and takes back what it does not', async () => {
      await using database = await create();
      await using work = await project(
        {
          // What a module makes no reading of the text can tell.
          '1_t.mjs':
            "export const up = (db) => db.execute('create table t (n integer, v text check (v is not null))');\n",
          '2_rewrite.up.sql': 'alter table t alter column n type bigint;\n',
          '3_proved.up.sql': 'alter table t alter column v set not null;\n',
          '4_index.up.sql': 'alter table t add column m integer;\ncreate index on t (m);\n',
        },
        database.url,
      );
      await work.run(['migrate', 'up', '--to', '1']);
      const { exitCode, json } = await work.run(['migrate', 'lint', '--observe', '--json']);
      expect(exitCode).toBe(1);
      const { findings } = json().result as unknown as Linted;
      expect(findings.map(({ rule, level, confirmed }) => [rule, level, confirmed])).toEqual([
        ['change-column-type', 'warning', 'held AccessExclusive on public.t, rewrote it'],
        ['set-not-null', 'note', null],
        ['create-index', 'warning', 'held AccessExclusive on public.t, read 1 full scan'],
      ]);
      expect(findings[1]?.message).toContain('a run did not bear that out');
      const said = await work.run(['migrate', 'lint', '--observe']);
      expect(said.stdout).toContain('seen: held AccessExclusive on public.t, rewrote it');
      expect(await database.tables()).toEqual(['t']);
    });
  },
);

it('needs to know the database', async () => {
  await using work = await project({ '1_t.up.sql': 'create table t (id integer);\n' });
  const { exitCode, stderr } = await work.run(['migrate', 'lint', '--observe']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Name it with -d');
});
