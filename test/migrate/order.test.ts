import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findMigration } from '../../src/migrate/find.ts';
import { parseName, slug } from '../../src/migrate/naming.ts';
import {
  compareMigrations,
  compareVersions,
  duplicates,
  outOfOrder,
} from '../../src/migrate/order.ts';
import { migrationsNamed } from './tree.ts';

const version = fc.array(fc.bigInt({ min: 0n, max: 10n ** 20n }), { minLength: 1, maxLength: 4 });

describe('the order of versions', () => {
  test('is a total one', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(0 - Math.sign(compareVersions(b, a)));
        expect(compareVersions(a, a)).toBe(0);
        const sorted = [a, b, c].toSorted(compareVersions);
        expect(compareVersions(sorted[0]!, sorted[2]!)).toBeLessThanOrEqual(0);
      }),
    );
  });

  const rising: readonly [string, string][] = [
    ['9_z', '10_a'],
    ['0009_z', '10_a'],
    ['1_b', '1.1_a'],
    ['1.9_a', '1.10_a'],
    ['V0002.B', 'V0010.A'],
    ['20261121103000_b', '2026-11-21-103001_a'],
    ['2026-11-21-103000_a', '2026-11-21-103000-0001_a'],
    ['2026-11-21-103000-0001_a', '2026-11-21-103001_a'],
    ['2026-11-21_a', '2026-11-21-000001_a'],
    ['2026-11-21T10:30_a', '2026-11-21T10:31_a'],
  ];
  test.each(rising)('%s before %s', (first, second) => {
    const [a, b] = [parseName(first)?.version, parseName(second)?.version];
    expect(compareVersions(a ?? [], b ?? [])).toBeLessThan(0);
  });

  const parts: readonly [name: string, number: string, separator: string, rest: string][] = [
    ['0001_add_users', '0001', '_', 'add_users'],
    ['0003-2fa-tokens', '0003', '-', '2fa-tokens'],
    ['0003_2fa', '0003', '_', '2fa'],
    ['0001.2fa', '0001', '.', '2fa'],
    ['2026-11-21_add', '2026-11-21', '_', 'add'],
    ['2019-02-26-002946_create', '2019-02-26-002946', '_', 'create'],
    ['20210101', '20210101', '', ''],
    ['0001 add users', '0001', ' ', 'add users'],
    ['7x', '7', '', 'x'],
  ];
  test.each(parts)('%s taken apart', (name, number, separator, rest) => {
    expect(parseName(name)).toMatchObject({ prefix: '', number, separator, rest });
  });

  test.each(['users', '', 'Vx', '_1', '-1_a'])('"%s" has no number', (name) => {
    expect(parseName(name)).toBeNull();
  });
});

describe('duplicates and order', () => {
  const migrations = migrationsNamed(['1_a', 1], ['2_b', 2], ['2_c', 2], ['3_d', 3]);

  test('two of one number are a pair', () => {
    expect(duplicates(migrations)).toEqual([['2_b', '2_c']]);
    expect(duplicates(migrations.slice(2))).toEqual([]);
  });

  test('of one number, names decide the order', () => {
    expect(migrations.toReversed().toSorted(compareMigrations)).toEqual(migrations);
  });

  const cases: readonly [applied: string[], late: string[]][] = [
    [[], []],
    [['1_a'], []],
    [['1_a', '2_b'], []],
    [['3_d'], ['1_a', '2_b', '2_c']],
    [['1_a', '2_c', 'gone'], ['2_b']],
    [['gone'], []],
  ];
  test.each(cases)('with %j applied, %j is late', (applied, late) => {
    expect(outOfOrder(applied, migrations).map(({ name }) => name)).toEqual(late);
  });
});

describe('a migration as people write it', () => {
  const migrations = migrationsNamed(
    ['0001_users', 1],
    ['0003_user_emails', 3],
    ['0003_x', 3],
    ['0010_orders', 10],
    ['0012_orders_more', 12],
    ['2026-11-21-103000_last', 20261121103000],
  );
  const found: readonly [text: string, name: string][] = [
    ['0001_users', '0001_users'],
    ['1', '0001_users'],
    ['0001', '0001_users'],
    ['00001', '0001_users'],
    ['10', '0010_orders'],
    ['0010_orders', '0010_orders'],
    ['0010_o', '0010_orders'],
    ['0012', '0012_orders_more'],
    ['db/0001_users.up.sql', '0001_users'],
    ['./db/0001_users.up.sql', '0001_users'],
    ['0001_users.up.sql', '0001_users'],
    [`${process.cwd()}/db/0001_users.up.sql`, '0001_users'],
    ['2026-11-21-103000', '2026-11-21-103000_last'],
    ['20261121103000', '2026-11-21-103000_last'],
    ['2026', '2026-11-21-103000_last'],
  ];
  test.each(found)('%s is %s', (text, name) => {
    expect(findMigration(migrations, text).name).toBe(name);
  });

  const none: readonly [text: string, message: RegExp, words: RegExp][] = [
    ['3', /"3" could mean 2 migrations/, /0003_user_emails, 0003_x/],
    ['00', /"00" could mean 5 migrations/, /Write the whole name/],
    ['7', /no migration "7"/, /its number or its file\. [^D]*migrate status/],
    ['', /no migration ""/, /migrate status/],
    ['orders', /no migration "orders"/, /mean 0010_orders or 0012_orders_more\?/],
    ['usres', /no migration "usres"/, /Did you mean 0001_users\?/],
    ['0001_usres', /no migration/, /Did you mean 0001_users\?/],
    ['0002_users', /no migration/, /Did you mean 0001_users\?/],
  ];
  test.each(none)('"%s" is none', (text, message, words) => {
    const failed = (): unknown => {
      try {
        return findMigration(migrations, text);
      } catch (error) {
        return error;
      }
    };
    expect(failed()).toMatchObject({ code: 'migration-not-found', exitCode: 2 });
    expect(failed()).toMatchObject({ message: expect.stringMatching(message) });
    expect(JSON.stringify(failed())).toMatch(words);
  });
});

describe('a name for a file', () => {
  const slugs: readonly [string, string][] = [
    ['Add users', 'add_users'],
    ["Add user's e-mail!", 'add_user_s_e_mail'],
    ['../../etc/passwd', 'etc_passwd'],
    ['Größe 日本', 'große_日本'],
    ['  --  ', ''],
  ];
  test.each(slugs)('"%s" → "%s"', (text, expected) => {
    expect(slug(text)).toBe(expected);
  });
});
