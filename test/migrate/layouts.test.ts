import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMigrationFolder } from '../../src/migrate/folder.ts';
import { folderOf, outline, readTree, textOf, type Tree } from './tree.ts';

const dbmateFile = '-- migrate:up\ncreate table t (id int);\n\n-- migrate:down\ndrop table t;\n';
const gooseFile = '-- +goose Up\ncreate table t (id int);\n-- +goose Down\ndrop table t;\n';

describe('a layout shows itself', () => {
  const cases: readonly { title: string; tree: Tree; layout: string; found: string[] }[] = [
    {
      title: 'golang-migrate, sqlx in pairs',
      tree: ['000001_init.up.sql', '000001_init.down.sql', '000002_x.up.sql'],
      layout: 'native',
      found: ['000001_init ↓', '000002_x'],
    },
    {
      title: 'dbmate',
      tree: { '20260101000000_t.sql': dbmateFile, '20250101000000_s.sql': dbmateFile },
      layout: 'dbmate',
      found: ['20250101000000_s ↓', '20260101000000_t ↓'],
    },
    {
      title: 'dbmate with its schema dump in the folder, and without a way down',
      tree: { '1_t.sql': '-- migrate:up\nselect 1;\n', 'schema.sql': 'create table t ();' },
      layout: 'dbmate',
      found: ['1_t'],
    },
    {
      title: 'goose',
      tree: { '00001_t.sql': gooseFile, '00002_u.sql': '-- +goose Up\nselect 1;\n' },
      layout: 'goose',
      found: ['00001_t ↓', '00002_u'],
    },
    {
      title: 'sql-migrate',
      tree: { '1_t.sql': '-- +migrate Up\nselect 1;\n-- +migrate Down\nselect 2;\n' },
      layout: 'sql-migrate',
      found: ['1_t ↓'],
    },
    {
      title: 'node-pg-migrate',
      tree: { '1717171717171_t.sql': '-- Up Migration\nselect 1;\n-- Down Migration\n' },
      layout: 'node-pg-migrate',
      found: ['1717171717171_t ↓'],
    },
    {
      title: 'Flyway, numbers in parts',
      tree: ['V1_10__c.sql', 'V1_9__b.sql', 'U1_9__b.sql', 'V1__a.sql', 'V1.11__d e.sql'],
      layout: 'flyway',
      found: ['V1__a', 'V1_9__b ↓', 'V1_10__c', 'V1.11__d e'],
    },
    {
      title: 'Flyway, an undo with another text behind its number',
      tree: ['V2.0__make.sql', 'U2__unmake.sql', 'sub/V3__x.sql'],
      layout: 'flyway',
      found: ['V2.0__make ↓', 'V3__x'],
    },
    {
      title: 'Diesel, with a counter behind the time',
      tree: [
        '00000000000000_diesel_initial_setup/up.sql',
        '00000000000000_diesel_initial_setup/down.sql',
        '2026-06-03-220228-0001_b/up.sql',
        '2026-06-03-220228-0000_a/up.sql',
        '2026-06-04-000000_c/up.sql',
        '2026-06-04-000000_c/down.sql',
      ],
      layout: 'folder',
      found: [
        '00000000000000_diesel_initial_setup ↓',
        '2026-06-03-220228-0000_a',
        '2026-06-03-220228-0001_b',
        '2026-06-04-000000_c ↓',
      ],
    },
    {
      title: 'Prisma',
      tree: ['0_init/migration.sql', '20260101000000_t/migration.sql', 'migration_lock.toml'],
      layout: 'folder',
      found: ['0_init', '20260101000000_t'],
    },
    {
      title: 'a folder per migration, an engine’s own file in one',
      tree: ['1_a/up.sql', '1_a/up.sqlite.sql', '2_b/up.sqlite.sql', '1_a/README.md'],
      layout: 'folder',
      found: ['1_a'],
    },
    {
      title: 'sqlx, Drizzle: up alone',
      tree: ['0000_a.sql', '0001_b.sql', 'meta/_journal.json', 'schema.ts', '0002.sql'],
      layout: 'plain',
      found: ['0000_a', '0001_b', '0002'],
    },
  ];
  test.each(cases)('$title', async ({ tree, layout, found }) => {
    const read = await readTree(tree);
    expect(read.layout).toBe(layout);
    expect(outline(read)).toEqual(found);
  });

  test.each(cases)('$title, when it is named', async ({ tree, layout, found }) => {
    expect(outline(await readTree(tree, { layout }))).toEqual(found);
  });

  test('an unknown layout is refused, with what was meant', async () => {
    await expect(readTree([], { layout: 'dbmat' })).rejects.toMatchObject({
      code: 'bad-setting',
      details: { hint: expect.stringMatching(/native, dbmate.*Did you mean dbmate\?/) },
    });
  });
});

describe('a folder of several layouts', () => {
  const mixed: readonly [title: string, tree: Tree, named: RegExp][] = [
    ['pairs and single files', ['1_a.up.sql', '2_b.sql'], /native \(db\/1_a.*plain \(db\/2_b/],
    ['pairs and folders', ['1_a.up.sql', '2_b/up.sql'], /native.*folder \(db\/2_b\/up\.sql/],
    ['Flyway’s and others', ['V1__a.sql', '2_b.sql'], /flyway.*plain/],
    ['two marks', { '1_a.sql': dbmateFile, '2_b.sql': gooseFile }, /dbmate.*goose/],
    ['marked and not', { '1_a.sql': dbmateFile, '2_b.sql': 'select 1' }, /dbmate.*plain/],
  ];
  test.each(mixed)('%s: refused, with the way out', async (_, tree, named) => {
    await expect(readTree(tree)).rejects.toMatchObject({
      code: 'migrations-layout-unclear',
      exitCode: 2,
      message: expect.stringMatching(named),
      details: { hint: expect.stringMatching(/--layout \w+/) },
    });
  });

  test('sqlx’s pairs beside single files are read when they are called plain', async () => {
    const read = await readTree(['1_a.up.sql', '1_a.down.sql', '2_b.sql'], { layout: 'sqlx' });
    expect(outline(read)).toEqual(['1_a ↓', '2_b']);
  });

  test('an odd file that was not among the samples shows when all are read', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `${index + 100}_t.sql`);
    const tree = Object.fromEntries(names.map((name) => [name, dbmateFile]));
    await expect(readTree({ ...tree, '102_t.sql': 'select 1' })).rejects.toMatchObject({
      code: 'migration-unreadable',
      message: 'db/102_t.sql has no line "-- migrate:up"',
    });
    const plain = Object.fromEntries(names.map((name) => [name, 'select 1']));
    await expect(readTree({ ...plain, '102_t.sql': dbmateFile })).rejects.toMatchObject({
      code: 'migration-unreadable',
      message: expect.stringMatching(/^db\/102_t\.sql has SQL below the comment "-- migrate:down"/),
    });
  });
});

describe('what another tool reads otherwise is refused', () => {
  const refused: readonly [title: string, tree: Tree, message: RegExp][] = [
    ['Flyway’s repeatables', ['V1__a.sql', 'R__views.sql'], /R__views\.sql is repeatable/],
    ['Flyway’s baselines', ['V1__a.sql', 'B2__all.sql'], /B2__all\.sql is a baseline/],
    ['Flyway’s callbacks', ['V1__a.sql', 'afterMigrate.sql'], /callback/],
    ['an undo alone', ['V1__a.sql', 'U2__b.sql'], /U2__b\.sql is a way down.*no V2__b\.sql/],
    ['one underscore', ['V1__a.sql', 'V2_b.sql'], /V2_b\.sql is not named as the others/],
    ['Java', ['V1__a.sql', 'V2__b.java'], /program \(\.java\)/],
    ['Go among goose’s', { '1_a.sql': gooseFile, '2_b.go': '' }, /2_b\.go is a program/],
    [
      'variables in goose’s',
      { '1_a.sql': '-- +goose Up\n-- +goose ENVSUB ON\nselect ${X};\n' },
      /environment variables/,
    ],
    ['a mistyped mark', { '1_a.sql': `${gooseFile}-- +goose Dwon\n` }, /"-- \+goose Dwon"/],
    ['SQL above the first mark', { '1_a.sql': `select 1;\n${dbmateFile}` }, /SQL above/],
    ['a mark twice', { '1_a.sql': dbmateFile + dbmateFile }, /"-- migrate:up" more than once/],
    ['a way down alone', { '1_a.sql': '-- +migrate Down\nselect 1;' }, /no line "-- \+migrate Up"/],
    [
      'UTF-16 among dbmate’s',
      { '1_a.sql': dbmateFile, '12_b.sql': Buffer.from(`\uFEFF${dbmateFile}`, 'utf16le') },
      /UTF-16/,
    ],
    ['a folder without a number', ['1_a/up.sql', 'b/up.sql'], /b\/up\.sql has no number/],
    ['a folder with a down alone', ['1_a/up.sql', '2_b/down.sql'], /no 2_b\/up\.sql/],
    ['a folder with two ups', ['1_a/up.sql', '1_a/migration.sql'], /same migration/],
    ['a stray file in a folder', ['1_a/up.sql', '1_a/undo.sql'], /undo\.sql is neither/],
    ['a stray file beside', { '1_a.sql': dbmateFile, 'x.sql': '' }, /x\.sql has no number/],
    ['pairs with dashes', ['1_a-up.sql', '1_a-down.sql'], /way down of 1_a-up\.sql/],
    ['postgrator’s pairs', ['001.do.a.sql', '001.undo.a.sql'], /way down of 001\.do\.a\.sql/],
    [
      'marks nobody knows, with SQL below',
      { '1_a.sql': 'create table t (id int);\n--//@UNDO\ndrop table t;\n' },
      /SQL below the comment "--\/\/@UNDO"/,
    ],
  ];
  test.each(refused)('%s', async (_, tree, message) => {
    const layout = message.source.includes('UTF-16') ? 'dbmate' : null;
    await expect(readTree(tree, { layout })).rejects.toMatchObject({
      message: expect.stringMatching(message),
    });
  });

  test('a way back that is all comment is no way back', async () => {
    const text = 'create table t (id int);\n-- Rollback:\n-- drop table t;\n/* drop\n;*/\n';
    expect(outline(await readTree({ '1_a.sql': text }))).toEqual(['1_a']);
  });

  test('plain on demand runs all of the file', async () => {
    const tree = { '1_a.sql': 'create table t (id int);\n-- down\ndrop table t;\n' };
    expect(outline(await readTree(tree, { layout: 'plain' }))).toEqual(['1_a']);
  });
});

describe('options that a layout has of its own', () => {
  const unwrapped = { noTransaction: true };
  const cases: readonly [title: string, tree: Tree, up: object, down: object | undefined][] = [
    [
      'dbmate, each direction for itself',
      { '1_a.sql': '-- migrate:up transaction:false\nx;\n-- migrate:down\ny;\n' },
      unwrapped,
      {},
    ],
    [
      'dbmate, down',
      { '1_a.sql': '-- migrate:up\nx;\n-- migrate:down other:1 transaction:false\ny;\n' },
      {},
      unwrapped,
    ],
    [
      'goose, for both directions',
      { '1_a.sql': '-- +goose NO TRANSACTION\n-- +goose Up\nx;\n-- +goose Down\ny;\n' },
      unwrapped,
      unwrapped,
    ],
    [
      'sql-migrate',
      { '1_a.sql': '-- +migrate Up notransaction\nx;\n-- +migrate Down\ny;\n' },
      unwrapped,
      {},
    ],
    ['sqlx', { '1_a.sql': '-- no-transaction\nx;\n' }, unwrapped, undefined],
    [
      'postgres-migrations',
      { '1_a.sql': '-- postgres-migrations disable-transaction\nx;\n' },
      unwrapped,
      undefined,
    ],
    [
      'Diesel',
      { '1_a/up.sql': 'x', '1_a/down.sql': 'y', '1_a/metadata.toml': 'run_in_transaction = false' },
      unwrapped,
      unwrapped,
    ],
    [
      'Flyway',
      { 'V1__a.sql': 'x', 'U1__a.sql': 'y', 'V1__a.sql.conf': 'executeInTransaction=false\n' },
      unwrapped,
      {},
    ],
    ['none', { '1_a.sql': 'select 1; -- no-transaction\n' }, {}, undefined],
  ];
  test.each(cases)('%s', async (_, tree, up, down) => {
    const [migration] = (await readTree(tree)).migrations;
    expect(migration?.up.options).toEqual(up);
    expect(migration?.down?.options).toEqual(down);
  });
});

describe('a file of two directions', () => {
  const read = async (text: string | Uint8Array) => {
    await using place = await folderOf({ '1_a.sql': text });
    const request = { folder: 'db', layout: null, engine: 'sqlite', cwd: place.cwd };
    const [migration] = readMigrationFolder(request).migrations;
    return { up: await textOf(migration?.up), down: await textOf(migration?.down) };
  };

  test('the other direction is blank, so that every line and column stays', async () => {
    const { up, down } = await read('-- why\n-- migrate:up\naé;\n\n-- migrate:down\nb;\n');
    expect(up).toBe('-- why\n-- migrate:up\naé;\n\n               \n  \n');
    expect(down).toBe('-- why\n             \n    \n\n-- migrate:down\nb;\n');
  });

  test('with a BOM and CRLF', async () => {
    const { up, down } = await read('\uFEFF-- migrate:up\r\na;\r\n-- migrate:down\r\nb;\r\n');
    expect(up).toBe('\uFEFF-- migrate:up\r\na;\r\n               \r\n  \r\n');
    expect(down).toBe('                \r\n  \r\n-- migrate:down\r\nb;\r\n');
  });

  test('down above up', async () => {
    const { up, down } = await read('-- Down Migration\nb;\n---- up migration\na;\n');
    expect(up).toBe('                 \n  \n---- up migration\na;\n');
    expect(down).toBe('-- Down Migration\nb;\n                 \n  \n');
  });

  test('dbmate’s words inside a comment are no mark', async () => {
    const { up, down } = await read('-- migrate:up\n-- see migrate:down\n--migrate:downs\na;\n');
    expect(up).toBe('-- migrate:up\n-- see migrate:down\n--migrate:downs\na;\n');
    expect(down).toBeNull();
  });

  test('cut anywhere, in files of any size, nothing is lost and nothing moves', async () => {
    const line = fc.string({ maxLength: 60 }).map((text) => text.replace(/[\r\n-]/g, '·'));
    // Files are read in pieces of 256 KiB: lines that end near there, and lines longer than that.
    const near = fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: -90, max: 30 }))
      .map(([pieces, off]) => pieces * 262_144 + off);
    const lines = fc.array(line, { maxLength: 8 }).map((all) => all.join('\n'));
    await fc.assert(
      fc.asyncProperty(
        lines,
        lines,
        fc.oneof(fc.nat(600), near),
        async (first, second, padding) => {
          const filler = `${'s'.repeat(padding)}\n`;
          const text = `-- migrate:up\n${first}\n${filler}-- migrate:down\n${second}\n`;
          const { up, down } = await read(text);
          const bytes = Buffer.from(text);
          const middle = bytes.indexOf('-- migrate:down');
          expect(up).toBe(bytes.toString('utf8', 0, middle) + blank(bytes.subarray(middle)));
          expect(down).toBe(blank(bytes.subarray(0, middle)) + bytes.toString('utf8', middle));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a file that grows between listing and reading is not guessed at', async () => {
    await using place = await folderOf({ '1_a.sql': dbmateFile });
    const request = { folder: 'db', layout: null, engine: 'sqlite', cwd: place.cwd };
    const [migration] = readMigrationFolder(request).migrations;
    await writeFile(join(place.folder, '1_a.sql'), `-- more\n${dbmateFile}`);
    expect(() => migration?.up.read()).toThrow(
      expect.objectContaining({
        code: 'migration-unreadable',
        message: 'db/1_a.sql changed while it was read',
      }),
    );
  });
});

function blank(bytes: Uint8Array): string {
  return Buffer.from(bytes.map((byte) => (byte === 10 || byte === 13 ? byte : 32))).toString();
}
