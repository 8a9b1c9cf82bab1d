import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMigrationFolder } from '../../src/migrate/folder.ts';
import { folderOf, outline, readTree, textOf, type Tree } from './tree.ts';

describe('the native layout', () => {
  const cases: readonly { title: string; files: Tree; found: string[]; engine?: string }[] = [
    { title: 'an empty folder', files: [], found: [] },
    {
      title: 'numbers in numeric order, not in that of the alphabet',
      files: ['10_c.up.sql', '9_b.up.sql', '9_b.down.sql', '1_a.up.sql'],
      found: ['1_a', '9_b ↓', '10_c'],
    },
    {
      title: 'numbers of any size',
      files: ['99999999999999999999998_b.up.sql', '99999999999999999999997_a.up.sql'],
      found: ['99999999999999999999997_a', '99999999999999999999998_b'],
    },
    {
      title: 'times, with dashes and without',
      files: ['2026-11-21-103000_b.up.sql', '20261121093000_a.up.sql', '2026-11-22_c.up.sql'],
      found: ['20261121093000_a', '2026-11-21-103000_b', '2026-11-22_c'],
    },
    {
      title: 'a V before the number and a dot behind it',
      files: ['V0001.Initial_Schema.up.sql', 'V0001.Initial_Schema.down.sql', 'V0002.X.up.sql'],
      found: ['V0001.Initial_Schema ↓', 'V0002.X'],
    },
    {
      title: 'numbers in parts',
      files: ['1.10_b.up.sql', '1.9_a.up.sql', '2_c.up.sql'],
      found: ['1.9_a', '1.10_b', '2_c'],
    },
    {
      title: 'spaces and other letters in names',
      files: ['0001_add users.up.sql', '0001_add users.down.sql', '0002_größe.up.sql'],
      found: ['0001_add users ↓', '0002_größe'],
    },
    {
      title: 'modules',
      files: ['0001_a.ts', '0002_b.mjs', '0003_c.cjs', '0004_d.js', '0005_e.mts', '0001_a.d.ts'],
      found: ['0001_a ↓', '0002_b ↓', '0003_c ↓', '0004_d ↓', '0005_e ↓'],
    },
    {
      title: 'a dot in the name of a module',
      files: ['0001_v1.2.ts', '0002_x.postgres.ts', '0003_x.sqlite.ts'],
      found: ['0001_v1.2 ↓', '0002_x ↓'],
    },
    {
      title: 'subfolders, whose names do not count',
      files: ['b/0001_a.up.sql', 'a/2/0002_b.up.sql', 'a/2/0002_b.down.sql'],
      found: ['0001_a', '0002_b ↓'],
    },
    {
      title: 'an engine’s own file before the general one',
      files: ['1_a.up.sql', '1_a.up.postgres.sql', '1_a.down.sql', '2_b.up.postgresql.sql'],
      found: ['1_a ↓', '2_b'],
    },
    {
      title: 'the other engine’s files left out',
      files: ['1_a.up.sql', '1_a.down.sqlite.sql', '2_b.up.sqlite.sql', '2_b.down.sql'],
      found: ['1_a'],
    },
    {
      title: 'the same files for the other engine',
      files: ['1_a.up.sql', '1_a.down.sqlite.sql', '2_b.up.sqlite.sql', '2_b.down.sql'],
      engine: 'sqlite',
      found: ['1_a ↓', '2_b ↓'],
    },
    {
      title: 'what is no migration, left aside',
      files: ['1_a.up.sql', 'README', 'readme.txt', 'notes.md', '.keep', '.git/x', 'x.json'],
      found: ['1_a'],
    },
    {
      title: 'the code that embeds a folder, and its packages',
      files: ['1_a.up.sql', 'embed.go', 'mod.rs', '__init__.py', 'node_modules/x/1_a.up.sql'],
      found: ['1_a'],
    },
  ];
  test.each(cases)('$title', async ({ files, found, engine = 'postgres' }) => {
    const read = await readTree(files, { engine });
    expect(outline(read)).toEqual(found);
    expect(read.layout).toBe('native');
  });

  test('the file of the engine is the one that is read', async () => {
    await using place = await folderOf({
      '1_a.up.sql': 'general',
      '1_a.up.sqlite.sql': 'own',
      '1_a.down.sql': 'back',
    });
    const read = (engine: string) =>
      readMigrationFolder({ folder: place.folder, layout: null, engine, cwd: place.cwd });
    const [onSqlite] = read('sqlite').migrations;
    const [onPostgres] = read('postgres').migrations;
    expect(await textOf(onSqlite?.up)).toBe('own');
    expect(await textOf(onPostgres?.up)).toBe('general');
    expect(await textOf(onSqlite?.down)).toBe('back');
  });

  test('a module is its own way up and down', async () => {
    const [migration] = (await readTree(['1_a.ts'])).migrations;
    expect(migration?.up).toMatchObject({ file: 'db/1_a.ts', kind: 'module' });
    expect(migration?.down).toBe(migration?.up);
  });
});

describe('what cannot be read is refused by name', () => {
  const cases: readonly [title: string, files: Tree, message: RegExp, hint: RegExp][] = [
    ['a down alone', ['1_a.up.sql', '30_x.down.sql'], /30_x\.down\.sql.*no 30_x\.up\.sql/, /Bring/],
    ['two dots', ['30_x.up..sql'], /30_x\.up\.\.sql is not named/, /to 30_x\.up\.sql/],
    [
      'two dots among others',
      ['1_a.up.sql', '2_x.down..sql'],
      /2_x\.down\.\.sql/,
      /2_x\.down\.sql/,
    ],
    ['capital letters', ['1_a.up.sql', '2_B.UP.SQL'], /2_B\.UP\.SQL/, /to 2_B\.up\.sql/],
    ['no number', ['1_a.up.sql', 'users.up.sql'], /users\.up\.sql has no number/, /Number it/],
    ['no number on a module', ['1_a.up.sql', 'helpers.ts'], /helpers\.ts has no number/, /move/],
    ['an ending of another kind', ['1_a.up.sql', '2_b.up.sql.bak'], /not a migration/, /Move/],
    ['an unknown engine', ['1_a.up.mysql.sql'], /for "mysql"/, /postgres.*sqlite/],
    ['a program', ['1_a.up.sql', '2_b.go'], /2_b\.go is a program/, /tool it was made for/],
    [
      'one name in two subfolders',
      ['a/1_x.up.sql', 'b/1_x.up.sql'],
      /b\/1_x\.up\.sql is the same migration as db\/a\/1_x\.up\.sql/,
      /rename one/,
    ],
    ['SQL and a module of one name', ['1_x.up.sql', '1_x.ts'], /same migration/, /delete one/],
    ['a module twice, as compiled', ['1_x.js', '1_x.ts'], /same migration/, /delete one/],
    ['spellings of one engine', ['1_x.up.postgres.sql', '1_x.up.postgresql.sql'], /same/, /./],
  ];
  test.each(cases)('%s', async (_, files, message, hint) => {
    await expect(readTree(files)).rejects.toMatchObject({
      code: 'migration-unreadable',
      message: expect.stringMatching(message),
      details: { hint: expect.stringMatching(hint) },
    });
  });

  test('all of them are named, the first with its reason', async () => {
    const files = ['1_a.up.sql', 'b.txt', 'c.txt', 'd.txt', 'e.txt', 'f.txt'];
    await expect(readTree(files)).rejects.toMatchObject({
      message: 'db/b.txt is not a migration',
      details: { why: 'Nor can be read: db/c.txt, db/d.txt, db/e.txt and 1 more.' },
    });
  });

  test('a file that is gone before it is read', async () => {
    const [migration] = (await readTree(['1_a.up.sql'])).migrations;
    expect(() => migration?.up.read()).toThrow(
      expect.objectContaining({ code: 'migration-unreadable' }),
    );
  });
});

describe('the folder itself', () => {
  test('missing: says where it looked and what to do', async () => {
    await using place = await folderOf([]);
    await rm(place.folder, { recursive: true });
    const read = (): unknown =>
      readMigrationFolder({ folder: 'db', layout: null, engine: 'sqlite', cwd: place.cwd });
    expect(read).toThrow(
      expect.objectContaining({
        code: 'migrations-folder-missing',
        exitCode: 2,
        message: 'The migrations folder db is not there',
        details: expect.objectContaining({
          why: `Looked for ${place.folder}.`,
          hint: expect.stringMatching(/migrate new NAME.*--migrations DIR/),
        }),
      }),
    );
  });

  test('a file in its place', async () => {
    await expect(readTree(['x.up.sql'], { folder: 'db/x.up.sql' })).rejects.toMatchObject({
      code: 'migrations-folder-missing',
      message: 'The migrations folder db/x.up.sql is a file, not a folder',
    });
  });

  test('outside the working directory its files are named whole', async () => {
    await using place = await folderOf(['1_a.up.sql']);
    const { folder, migrations } = readMigrationFolder({
      folder: place.folder,
      layout: null,
      engine: 'sqlite',
      cwd: join(place.cwd, 'elsewhere'),
    });
    expect(folder).toBe(place.folder);
    expect(migrations[0]?.up.file).toBe(join(place.folder, '1_a.up.sql'));
  });

  test('made of links, as Kubernetes mounts it', async () => {
    await using place = await folderOf([]);
    const data = join(place.folder, '..2026_11_21');
    await mkdir(data);
    await writeFile(join(data, '1_a.up.sql'), 'select 1');
    await symlink(data, join(place.folder, '..data'));
    await symlink('..data/1_a.up.sql', join(place.folder, '1_a.up.sql'));
    await symlink('.', join(place.folder, 'round'));
    const read = readMigrationFolder({
      folder: 'db',
      layout: null,
      engine: 'sqlite',
      cwd: place.cwd,
    });
    expect(outline(read)).toEqual(['1_a']);
    expect(await textOf(read.migrations[0]?.up)).toBe('select 1');
  });

  test('a link that leads nowhere', async () => {
    await using place = await folderOf([]);
    await symlink('gone.sql', join(place.folder, '1_a.up.sql'));
    const read = (): unknown =>
      readMigrationFolder({ folder: 'db', layout: null, engine: 'sqlite', cwd: place.cwd });
    expect(read).toThrow(
      expect.objectContaining({
        code: 'file-unreadable',
        message: 'Cannot read db/1_a.up.sql',
      }),
    );
  });

  test('a thousand migrations are listed without opening one', async () => {
    const names = Array.from({ length: 1000 }, (_, index) => `${index + 1}_t.up.sql`);
    await using place = await folderOf(names);
    const request = { folder: 'db', layout: null, engine: 'sqlite', cwd: place.cwd };
    const start = performance.now();
    const { migrations } = readMigrationFolder(request);
    expect(migrations).toHaveLength(1000);
    expect(performance.now() - start).toBeLessThan(500);
    expect(migrations.map(({ name }) => name)).toEqual(names.map((name) => name.slice(0, -7)));
  });
});
