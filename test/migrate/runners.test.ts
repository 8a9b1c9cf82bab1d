import { stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { testEngines } from '../support/databases.ts';
import { project } from '../support/project.ts';
import { until } from '../support/until.ts';

const many = Object.fromEntries(
  Array.from({ length: 12 }, (_, n) => [
    `${n + 1}_step.up.sql`,
    n === 0
      ? 'create table steps (n integer);\ninsert into steps values (1);'
      : `insert into steps values (${n + 1});`,
  ]),
);

describe.each(testEngines())('several runners on $title', ({ create }) => {
  it.each([2, 8])('%i at once on an empty database: each migration runs once', async (runners) => {
    await using database = await create();
    await using work = await project(many, database.url);
    const results = await Promise.all(
      Array.from({ length: runners }, () => work.run(['migrate', 'up', '--json'])),
    );
    expect(results.map(({ exitCode, stdout }) => [exitCode, exitCode ? stdout : ''])).toEqual(
      results.map(() => [0, '']),
    );
    const applied = results.flatMap(
      (result) => result.json().result?.['applied'] as { name: string }[],
    );
    expect(applied.map(({ name }) => name).toSorted()).toEqual(
      Object.keys(many)
        .map((file) => file.replace('.up.sql', ''))
        .toSorted(),
    );
    expect(await database.sql('select n from steps order by n')).toEqual(
      Array.from({ length: 12 }, (_, n) => ({ n: n + 1 })),
    );
    expect((await work.run(['migrate', 'status', '--check'])).exitCode).toBe(0);
  });
});

const slow = {
  sqlite: `create table slow (n integer);
insert into slow with recursive c(n) as (select 1 union all select n + 1 from c where n < 3000000) select n from c;
insert into slow with recursive c(n) as (select 1 union all select n + 1 from c where n < 3000000) select n from c;
insert into slow with recursive c(n) as (select 1 union all select n + 1 from c where n < 3000000) select n from c;
delete from slow;`,
  postgres: 'create table slow (n integer);\nselect pg_sleep(1.5);\nselect pg_sleep(1.5);',
};

describe.each(testEngines())('an interrupted run on $title', ({ create, engine }) => {
  it.each([
    ['SIGKILL', null],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s in the middle: ledger and schema agree, the next run goes on',
    async (signal, code) => {
      await using database = await create();
      await using work = await project(
        {
          '1_first.up.sql': 'create table first (id integer);',
          '2_slow.up.sql': slow[engine],
          '3_last.up.sql': 'create table last (id integer);',
        },
        database.url,
      );
      const running = work.start(['migrate', 'up', '--json']);
      // SQLite commits small migrations together; its journal tells that the slow one writes.
      await until('the slow migration', async () =>
        engine === 'sqlite'
          ? ((await stat(`${database.url}-journal`).catch(() => null))?.size ?? 0) > 0
          : (await database.tables()).includes('first'),
      );
      running.kill(signal);
      const result = await running;
      const signals = { SIGINT: 130, SIGTERM: 143, SIGKILL: null };
      const status =
        result.exitCode ?? (result.signal ? signals[result.signal as keyof typeof signals] : null);
      expect(status).toBe(code);
      const told = (await work.run(['migrate', 'status', '--json'])).json();
      const applied = told.result?.['applied'] as { name: string }[];
      const tables = await database.tables();
      expect(tables.includes('slow')).toBe(applied.some(({ name }) => name === '2_slow'));
      expect(tables.includes('last')).toBe(applied.some(({ name }) => name === '3_last'));
      expect((await work.run(['migrate'])).exitCode).toBe(0);
      expect(await database.tables()).toEqual(['first', 'last', 'slow']);
    },
  );
});
