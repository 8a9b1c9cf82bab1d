import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { LintResult } from '../../src/migrate/lint.ts';
import { testEngines } from '../support/databases.ts';
import { project } from '../support/project.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../schemas/output.schema.json'), 'utf8'),
);
const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);

const dangerous = {
  '0001_orders.up.sql': 'create table orders (id int primary key, code text);\n',
  '0002_index.up.sql': 'create index orders_code on orders (code);\n',
  '0003_required.up.sql': 'alter table orders\n  add column note text not null;\n',
};
const postgres = 'postgres://nobody@127.0.0.1:1/none';

interface Sarif {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly Record<string, unknown>[];
  }[];
}

describe('migrate lint', () => {
  it('tells each danger with place, lock and safe way, and ends with 1', async () => {
    await using work = await project(dangerous, postgres);
    const { exitCode, stdout, stderr } = await work.run(['migrate', 'lint']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('migrations/0002_index.up.sql:1:1  warning  create-index');
    expect(stdout).toContain('migrations/0003_required.up.sql:2:14  error  add-required-column');
    expect(stdout).toContain('  lock: Share\n');
    expect(stdout).toContain('CREATE INDEX CONCURRENTLY');
    expect(stdout).toMatch(/1 error, 1 warning in 3 files\n$/);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('every migration is looked through');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('needs no database, and says that none was named', async () => {
    await using work = await project(dangerous);
    const { exitCode, stderr } = await work.run(['migrate', 'lint']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('No database named');
  });

  it.each([
    [['--fail-on', 'error', '--skip', 'add-required-column'], 0],
    [['--fail-on', 'error'], 1],
    [['--rule', 'drop-table,drop-column'], 0],
    [['0001_orders'], 0],
    [['2'], 1],
    [['migrations/0003_required.up.sql'], 1],
    [['--since', '0003'], 0],
    [['--since', '1', '--skip', 'create-index,add-required-column'], 0],
    [['--rules'], 0],
    [['--rule', 'drop-tabel'], 2],
    [['--fail-on', 'bad'], 2],
    [['--format', 'xml'], 2],
    [['--all', '--since', '1'], 2],
    [['--json', '--format', 'sarif'], 2],
    [['99'], 2],
  ])('%j ends with %i', async (args, code) => {
    await using work = await project(dangerous, postgres);
    const { exitCode, stdout, stderr } = await work.run(['migrate', 'lint', ...args]);
    expect(exitCode, stdout + stderr).toBe(code);
  });

  it('suggests the rule that was meant', async () => {
    await using work = await project(dangerous, postgres);
    const { stderr } = await work.run(['migrate', 'lint', '--rule', 'drop-tabel']);
    expect(stderr).toContain('drop-table');
  });

  it('prints the document that the schema promises', async () => {
    await using work = await project(
      {
        ...dangerous,
        '0004_drop.up.sql':
          '-- jem-db: allow drop-column because nothing reads it\nalter table orders drop column code;\n',
      },
      postgres,
    );
    for (const args of [[], ['--rules']]) {
      const result = await work.run(['migrate', 'lint', '--json', ...args]);
      expect(validate(result.json()), JSON.stringify(validate.errors)).toBe(true);
    }
    const document = (await work.run(['migrate', 'lint', '--json'])).json<LintResult>();
    expect(document.result.findings.map(({ rule }) => rule)).toEqual([
      'create-index',
      'add-required-column',
    ]);
    expect(document.result).toMatchObject({
      files: 4,
      accepted: [{ rule: 'drop-column', line: 2, because: 'nothing reads it' }],
    });
    const bare = await work.run(['migrate', 'lint', '--format', 'json']);
    expect(JSON.parse(bare.stdout)).toEqual(document.result);
  });

  it('writes SARIF 2.1.0', async () => {
    await using work = await project(
      {
        ...dangerous,
        '0004_a b.up.sql': '-- jem-db: allow truncate because it is a cache\ntruncate orders;\n',
      },
      postgres,
    );
    const { stdout } = await work.run(['migrate', 'lint', '--format', 'sarif']);
    const { version, runs } = JSON.parse(stdout) as Sarif;
    expect(version).toBe('2.1.0');
    const [run] = runs;
    const rules = run?.tool.driver.rules.map(({ id }) => id) ?? [];
    expect(run?.results).toMatchObject([
      {
        ruleId: 'create-index',
        ruleIndex: rules.indexOf('create-index'),
        level: 'warning',
        message: { text: expect.stringContaining('on orders') },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'migrations/0002_index.up.sql', uriBaseId: '%SRCROOT%' },
              region: { startLine: 1, startColumn: 1 },
            },
          },
        ],
      },
      { ruleId: 'add-required-column', level: 'error' },
      {
        ruleId: 'truncate',
        locations: [
          { physicalLocation: { artifactLocation: { uri: 'migrations/0004_a%20b.up.sql' } } },
        ],
        suppressions: [{ kind: 'inSource', justification: 'it is a cache' }],
      },
    ]);
  });

  it('annotates on GitHub besides the text, from the root of the repository', async () => {
    await using work = await project(
      { '0001_a, b.up.sql': 'create table t (a int);', '0002_c, 100%.up.sql': 'drop table "50%";' },
      postgres,
    );
    await mkdir(join(work.path, 'service'));
    const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: join(work.path, '..') };
    const folder = work.path.split('/').at(-1) ?? '';
    const { stdout } = await work.run(['migrate', 'lint'], { env });
    expect(stdout).toContain('1 warning in 2 files\n');
    const lines = stdout.split('\n').filter((line) => line.startsWith('::'));
    expect(lines).toEqual([
      expect.stringMatching(
        new RegExp(
          `^::warning file=${folder}/migrations/0002_c%2C 100%25\\.up\\.sql,line=1,col=1,title=drop-table::DROP TABLE "50%25": .*%0A`,
        ),
      ),
    ]);
    const plain = await work.run(['migrate', 'lint', '--format', 'text'], { env });
    expect(plain.stdout).not.toContain('::');
    const alone = await work.run(['migrate', 'lint', '--format', 'github']);
    expect(alone.stdout).toMatch(/^::warning [^\n]*\n$/);
  });

  it('tells a program that it cannot read', async () => {
    await using work = await project({ '0001_a.js': 'export const up = () => {};' }, postgres);
    const { exitCode, stdout } = await work.run(['migrate', 'lint']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('note  unread-module');
  });

  it('takes the engine from the names of files where no database is named', async () => {
    await using work = await project({
      '0001_a.up.postgres.sql': 'create table t (a int);',
      '0001_a.up.sqlite.sql': 'create table t (a int) strict;',
      '0002_b.up.postgres.sql': 'create index i on t (a);',
      '0002_b.up.sqlite.sql': 'pragma foreign_keys = off;',
      '0003_c.up.sql': 'drop table t;',
    });
    const { stdout } = await work.run(['migrate', 'lint', '--format', 'json']);
    const found = (JSON.parse(stdout) as LintResult).findings.map(({ rule }) => rule);
    expect(found).toEqual(['create-index', 'drop-table', 'pragma-without-effect']);
    const sqlite = await work.run(['migrate', 'lint', '-d', 'app.db', '--format', 'json']);
    const own = (JSON.parse(sqlite.stdout) as LintResult).findings.map(({ rule }) => rule);
    expect(own).toEqual(['pragma-without-effect', 'drop-table']);
  });
});

describe.each(testEngines())('migrate lint on $title', ({ create }) => {
  it('looks at what is pending alone', async () => {
    await using database = await create();
    await using work = await project(
      {
        '0001_t.up.sql': 'create table t (a integer, b integer);',
        '0002_drop.up.sql': 'drop table t; create table t (a integer, b integer);',
      },
      database.url,
    );
    const before = await work.run(['migrate', 'lint']);
    expect(before.exitCode).toBe(1);
    expect((await work.run(['migrate', 'up'])).exitCode).toBe(0);
    const done = await work.run(['migrate', 'lint']);
    expect(done).toMatchObject({ exitCode: 0, stdout: 'Nothing found in 0 files.\n', stderr: '' });
    await work.write({ 'migrations/0003_c.up.sql': 'alter table t drop column b;' });
    const pending = await work.run(['migrate', 'lint', '--json']);
    expect(pending.json<LintResult>().result).toMatchObject({
      files: 1,
      findings: [{ rule: 'drop-column', file: 'migrations/0003_c.up.sql' }],
    });
    const all = await work.run(['migrate', 'lint', '--all', '--json']);
    expect(all.json<LintResult>().result.files).toBe(3);
  });
});
