import Database from 'better-sqlite3';
import { execa } from 'execa';
import fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { skipGap } from '../../src/sql/gaps.ts';
import { runsOutsideTransaction } from '../../src/sql/kinds.ts';
import { ScriptProblem } from '../../src/sql/problem.ts';
import { splitStatements } from '../../src/sql/statements.ts';
import { postgresVersions, sharedPostgres } from '../support/postgres.ts';
import { dialects, heads, split } from './support.ts';

const { PostgreSQL, SQLite } = dialects;

/** Runs a script through psql, and returns what it said of it. */
async function psql(major: number, script: string): Promise<string> {
  const server = await sharedPostgres(major);
  const { stderr } = await execa(
    join(server.bin, 'psql'),
    ['-Xq', '-v', 'VERBOSITY=verbose', '-f', '-', server.url()],
    { input: script, reject: false, stdout: 'ignore', env: { PGCLIENTENCODING: 'UTF8' } },
  );
  return stderr;
}

/**
 * Whatever bears on where a statement ends; none of it makes a statement that succeeds. CREATE has
 * a semicolon of its own before it: behind a number or a string psql sees it still, PostgreSQL never.
 */
const piece = fc.constantFrom(
  ...["'", "'", "''", '"', "E'", "e'x\\'", "U&'", 'U&"', "N'a'", "X'00'", "'a' -- c\n 'b'"],
  ...['$$', '$$', '$a$', '$1 ', 'a$b', '--', '/*', '*/', '/*', '*/', '(', ')', ';', ';\n', ';\n'],
  ...['\n', '\r\n', ' ', ' ', 'x', 'é', '1 ', '1e-5 ', '.5 ', '::', '=', '-', '+', '*', '/'],
  ...['x case ', 'x end ', 'x end ', '\n;\ncreate function f() begin atomic '],
  ...['\n;\ncreate or replace procedure p() begin atomic '],
);

/** A body in a body is nothing PostgreSQL knows; psql counts it, we take BEGIN for a name there. */
function withOneBody(pieces: readonly string[]): string {
  const isBody = (one: string) => one.includes('begin atomic');
  const first = pieces.findIndex(isBody);
  return pieces.filter((one, at) => at === first || !isBody(one)).join('');
}

/** The lines on which statements end, as far as we can read the script. */
function ourLines(script: string): { lines: number[]; whole: boolean } {
  const bytes = Buffer.from(script);
  const lines: number[] = [];
  try {
    for (const { end } of splitStatements(bytes, PostgreSQL)) {
      const semicolon = skipGap(bytes, end, PostgreSQL);
      lines.push(bytes.subarray(0, semicolon).toString().split('\n').length);
    }
    return { lines, whole: true };
  } catch (error) {
    if (!(error instanceof ScriptProblem)) throw error;
    return { lines, whole: false };
  }
}

describe.each(postgresVersions())('PostgreSQL $major', ({ major }) => {
  it('cuts scripts as psql does', async () => {
    const script = fc.array(piece, { minLength: 3, maxLength: 25 }).map(withOneBody);
    await fc.assert(
      fc.asyncProperty(script, async (text) => {
        const said = await psql(major, `${text}\n;`);
        const theirs = [...said.matchAll(/^psql:<stdin>:(\d+): ERROR/gm)].map(([, line]) =>
          Number(line),
        );
        const { lines, whole } = ourLines(`${text}\n;`);
        // What we refuse, psql sends as it stands.
        expect(theirs.slice(0, whole ? Infinity : lines.length)).toEqual(lines);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on with an escape string on the next line', async () => {
    const server = await sharedPostgres(major);
    const text = "select E'a'\n'\\';b'";
    expect(split(`${text}; select 1`, PostgreSQL)).toEqual([text, 'select 1']);
    const { stdout } = await execa(join(server.bin, 'psql'), ['-XAtq', server.url(), '-c', text]);
    expect(stdout).toBe("a';b");
  });

  it.each([
    'create index concurrently i on t (a)',
    'create unique index concurrently if not exists i on t (a)',
    'drop index concurrently i',
    'reindex index concurrently i',
    'reindex (concurrently) table t',
    'reindex (verbose, concurrently true) table t',
    'reindex schema public',
    'reindex (verbose) database postgres',
    'reindex system postgres',
    'vacuum',
    'vacuum (analyze) t',
    'create database d',
    'drop database if exists d',
    "create tablespace s location '/s'",
    'drop tablespace s',
    "alter system set work_mem = '1MB'",
    'alter database postgres set tablespace pg_default',
    'alter table if exists public."t" detach partition p concurrently',
    "create subscription s connection '' publication p",
    'cluster',
    'cluster verbose',
    'discard all',
    "commit prepared 'a'",
    "rollback prepared 'a'",
  ])('refuses %s inside a transaction', async (sql) => {
    expect(runsOutsideTransaction(heads(sql, PostgreSQL)[0] ?? '', PostgreSQL)).toBe(true);
    expect(await psql(major, `begin;\n${sql};`)).toContain('ERROR:  25001');
  });

  it.each([
    'create index "concurrently" on t (a)',
    'drop index i',
    'reindex table t',
    'reindex (verbose, concurrently false) table t',
    'alter table r detach partition r1',
    "alter database postgres set work_mem = '4MB'",
    "create subscription s connection '' publication p with (connect = false)",
    'cluster t using i',
    'refresh materialized view concurrently m',
    'discard temp',
    'analyze',
  ])('takes %s inside a transaction', async (sql) => {
    expect(runsOutsideTransaction(heads(sql, PostgreSQL)[0] ?? '', PostgreSQL)).toBe(false);
    const before = [
      'create temp table t (a int); create index i on t (a)',
      'create temp table r (a int) partition by list (a)',
      'create temp table r1 partition of r for values in (1)',
      'create materialized view m as select 1 as a; create unique index on m (a)',
    ];
    const said = await psql(major, `begin; ${before.join(';')}; ${sql}; rollback;`);
    expect(said).not.toContain('ERROR');
  });
});

describe('SQLite', () => {
  it.each([
    [
      'a trigger',
      `
      create table a (x text); create table log (x text);
      create trigger t after insert on a when new.x <> ';' begin
        insert into log values (case when new.x = 'end;' then 'a' else 'b' end); -- ; end;
        update log set x = x || ';' where x = 'a';
      end;
      insert into a values ('end;')`,
    ],
    [
      'quotes',
      `create table [a;b] (\`c;d\` text, "e;""f" text default 'x'';y');
      insert into [a;b] (\`c;d\`) values (';')`,
    ],
    ['comments', 'create table a (b); /* ; /* */ insert into a values (1) -- ; \r ;\n; analyze'],
  ])('takes each statement of %s alone, and the whole is the same', (_name, script) => {
    using apart = opened();
    using whole = opened();
    for (const sql of split(script, SQLite)) apart.database.prepare(sql).run();
    whole.database.exec(script);
    expect(apart.database.serialize()).toEqual(whole.database.serialize());
  });

  it.each(['vacuum', "vacuum into 'f'", 'pragma synchronous = off', 'pragma wal_checkpoint'])(
    'refuses %s inside a transaction',
    (sql) => {
      using here = opened();
      here.database.exec('begin; create table t (a)');
      expect(runsOutsideTransaction(heads(sql, SQLite)[0] ?? '', SQLite)).toBe(true);
      expect(() => here.database.exec(sql)).toThrow(/inside|within|locked/);
    },
  );
});

function opened(): { database: Database.Database } & Disposable {
  const database = new Database(':memory:');
  return { database, [Symbol.dispose]: () => database.close() };
}
