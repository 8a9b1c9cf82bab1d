import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMigrationFolder } from '../../src/migrate/folder.ts';
import { renumber } from '../../src/migrate/rename.ts';
import { newMigration } from '../../src/migrate/scaffold.ts';
import { filesBelow, folderOf, outline, type Tree } from './tree.ts';

const now = new Date('2026-11-21T10:30:00.123Z');
const dbmateFile = '-- migrate:up\n-- migrate:down\n';

describe('a new migration', () => {
  const cases: readonly { title: string; tree: Tree; layout?: string; files: string[] }[] = [
    {
      title: 'first of all',
      tree: [],
      files: ['0001_add_users.up.sql', '0001_add_users.down.sql'],
    },
    {
      title: 'next of a padded sequence',
      tree: ['0008_a.up.sql', '0009_b.up.sql'],
      files: ['0010_add_users.up.sql', '0010_add_users.down.sql'],
    },
    {
      title: 'next of an unpadded one, which outgrows its width',
      tree: ['99_b.up.sql', '9_a.up.sql'],
      files: ['100_add_users.up.sql', '100_add_users.down.sql'],
    },
    {
      title: 'after the files of the other engine too',
      tree: ['0001_a.up.sql', '0002_b.up.sqlite.sql', '0003_c.up.postgres.sql'],
      files: ['0004_add_users.up.sql', '0004_add_users.down.sql'],
    },
    {
      title: 'a time in UTC',
      tree: ['00_init.up.sql', '20260101000000_a.up.sql'],
      files: ['20261121103000_add_users.up.sql', '20261121103000_add_users.down.sql'],
    },
    {
      title: 'never before the last, though its clock was ahead',
      tree: ['20301231235959_a.up.sql'],
      files: ['20301231235960_add_users.up.sql', '20301231235960_add_users.down.sql'],
    },
    {
      title: 'a date',
      tree: ['20260101_a.up.sql'],
      files: ['20261121_add_users.up.sql', '20261121_add_users.down.sql'],
    },
    {
      title: 'seconds since 1970',
      tree: ['1481574547_a.up.sql'],
      files: ['1795257000_add_users.up.sql', '1795257000_add_users.down.sql'],
    },
    {
      title: 'milliseconds since 1970, one file',
      tree: { '1717171717171_a.sql': '-- Up Migration\n-- Down Migration\n' },
      files: ['1795257000123_add_users.sql'],
    },
    {
      title: 'a V and a dot, as the others have',
      tree: ['V0001.Initial.up.sql'],
      files: ['V0002.add_users.up.sql', 'V0002.add_users.down.sql'],
    },
    {
      title: 'dashes, as the others have',
      tree: ['0001-initial-migration.sql'],
      files: ['0002-add-users.sql'],
    },
    { title: 'dbmate', tree: { '0001_a.sql': dbmateFile }, files: ['0002_add_users.sql'] },
    { title: 'dbmate, empty', tree: [], layout: 'dbmate', files: ['0001_add_users.sql'] },
    {
      title: 'Flyway',
      tree: ['V1_9__a.sql'],
      files: ['V1_10__add_users.sql', 'U1_10__add_users.sql'],
    },
    {
      title: 'Flyway, empty',
      tree: [],
      layout: 'flyway',
      files: ['V0001__add_users.sql', 'U0001__add_users.sql'],
    },
    {
      title: 'a folder, its time with a counter',
      tree: ['2026-06-03-220228-0007_a/up.sql'],
      files: [
        '2026-11-21-103000-0000_add_users/up.sql',
        '2026-11-21-103000-0000_add_users/down.sql',
      ],
    },
  ];
  test.each(cases)('$title', async ({ tree, layout = null, files }) => {
    await using place = await folderOf(tree);
    const before = await filesBelow(place.folder);
    const request = { folder: 'db', layout, about: 'Add users', now, cwd: place.cwd };
    const made = await newMigration(request);
    expect(made.files).toEqual(files.map((file) => join('db', file)));
    expect(await filesBelow(place.folder)).toEqual([...before, ...files].toSorted());
    const read = readMigrationFolder({ ...request, engine: 'sqlite' });
    expect(read.migrations.at(-1)?.name).toBe(made.name);
  });

  test('makes the folder', async () => {
    await using place = await folderOf([]);
    await rm(place.folder, { recursive: true });
    const { name } = await newMigration({
      folder: 'db',
      layout: null,
      about: 'users',
      now,
      cwd: place.cwd,
    });
    expect(name).toBe('0001_users');
    expect(await filesBelow(place.folder)).toEqual(['0001_users.down.sql', '0001_users.up.sql']);
  });

  test('a name without a letter is refused', async () => {
    await using place = await folderOf([]);
    const request = { folder: 'db', layout: null, about: '--', now, cwd: place.cwd };
    await expect(newMigration(request)).rejects.toMatchObject({ code: 'usage' });
    expect(await filesBelow(place.folder)).toEqual([]);
  });

  test('two at once: one wins, nothing is overwritten, no half pair is left', async () => {
    await using place = await folderOf(['0001_a.up.sql']);
    const request = { folder: 'db', layout: null, about: 'same', now, cwd: place.cwd };
    const made = await Promise.allSettled([newMigration(request), newMigration(request)]);
    const won = made.flatMap((one) => (one.status === 'fulfilled' ? one.value.files : []));
    expect(won.length).toBeGreaterThanOrEqual(2);
    expect(new Set(won).size).toBe(won.length);
    const left = (await filesBelow(place.folder)).map((file) => join('db', file));
    expect(left).toEqual(['db/0001_a.up.sql', ...won].toSorted());
  });

  test('a file in the way is left as it is, and nothing else written', async () => {
    await using place = await folderOf({ '0002_x.up.sql/keep': '' });
    const request = { folder: 'db', layout: 'dbmate', about: 'x', now, cwd: place.cwd };
    await expect(newMigration({ ...request, folder: 'db/0002_x.up.sql/keep' })).rejects.toThrow(
      'is a file, not a folder',
    );
    expect(await filesBelow(place.folder)).toEqual(['0002_x.up.sql/keep']);
  });
});

describe('a late migration gets a new number', () => {
  const cases: readonly { title: string; tree: Tree; late: string; left: string[] }[] = [
    {
      title: 'all its files, of every engine',
      tree: [
        '0001_a.up.sql',
        '0001_a.up.sqlite.sql',
        '0001_a.down.sql',
        '0001_ab.up.sql',
        '0002_b.up.sql',
      ],
      late: '0001_a',
      left: [
        '0001_ab.up.sql',
        '0002_b.up.sql',
        '0003_a.down.sql',
        '0003_a.up.sql',
        '0003_a.up.sqlite.sql',
      ],
    },
    { title: 'a module', tree: ['1_a.ts', '2_b.ts'], late: '1', left: ['2_b.ts', '3_a.ts'] },
    {
      title: 'one of a time, named by its file, in a subfolder',
      tree: ['x/20260101000000_a.up.sql', '20260201000000_b.up.sql'],
      late: 'db/x/20260101000000_a.up.sql',
      left: ['20260201000000_b.up.sql', 'x/20261121103000_a.up.sql'],
    },
    {
      title: 'dbmate’s one file',
      tree: { '1_a.sql': dbmateFile, '2_b.sql': dbmateFile },
      late: '1_a',
      left: ['2_b.sql', '3_a.sql'],
    },
    {
      title: 'Flyway’s, with its undo and its settings',
      tree: ['V1__a.sql', 'V1__a.sql.conf', 'U1__not_a.sql', 'V2__b.sql'],
      late: 'V1__a',
      left: ['U3__not_a.sql', 'V2__b.sql', 'V3__a.sql', 'V3__a.sql.conf'],
    },
    {
      title: 'a folder',
      tree: ['1_a/up.sql', '1_a/down.sql', '1_a/README.md', '2_b/up.sql'],
      late: 'db/1_a',
      left: ['2_b/up.sql', '3_a/README.md', '3_a/down.sql', '3_a/up.sql'],
    },
  ];
  test.each(cases)('$title', async ({ tree, late, left }) => {
    await using place = await folderOf(tree);
    const request = { folder: place.folder, layout: null, cwd: place.cwd, now };
    const migration = late.startsWith('db/') ? join(place.cwd, late) : late;
    const there = { ...request, cwd: late.startsWith('db/') ? '/' : place.cwd };
    const { name, renamed } = await renumber({ ...there, migration });
    expect(await filesBelow(place.folder)).toEqual(left);
    expect(renamed.length).toBeGreaterThan(0);
    const read = readMigrationFolder({ ...request, engine: 'sqlite' });
    expect(read.migrations.at(-1)?.name).toBe(name);
  });

  test('the last one stays', async () => {
    await using place = await folderOf(['1_a.up.sql', '2_b.up.sql']);
    const request = { folder: 'db', layout: null, migration: '2_b', now, cwd: place.cwd };
    await expect(renumber(request)).rejects.toMatchObject({
      code: 'usage',
      message: '2_b is the last migration already',
    });
  });

  test('a target that is taken: refused, nothing renamed', async () => {
    const tree = ['1_a.up.sql', '1_a.down.sql', '2_b.up.sql'];
    await using place = await folderOf([...tree, '3_a.down.sql/.keep']);
    const request = { folder: 'db', layout: null, migration: '1_a', now, cwd: place.cwd };
    await expect(renumber(request)).rejects.toMatchObject({
      code: 'migration-file-exists',
      message: 'db/3_a.down.sql is there already',
    });
    expect(await filesBelow(place.folder)).toEqual([...tree, '3_a.down.sql/.keep'].toSorted());
  });

  test('what it holds goes along', async () => {
    await using place = await folderOf({ '1_a.up.sql': 'select 42;', '2_b.up.sql': '' });
    await renumber({ folder: 'db', layout: null, migration: '1_a', now, cwd: place.cwd });
    expect(await readFile(join(place.folder, '3_a.up.sql'), 'utf8')).toBe('select 42;');
    const request = { folder: 'db', layout: null, engine: 'sqlite', cwd: place.cwd };
    expect(outline(readMigrationFolder(request))).toEqual(['2_b', '3_a']);
  });
});
