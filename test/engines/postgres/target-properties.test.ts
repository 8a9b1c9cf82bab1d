import * as fc from 'fast-check';
import { parse as parseByLibrary } from 'pg-connection-string';
import { describe, expect, test } from 'vitest';
import type { Environment, Target } from '../../../src/engines/engine.ts';
import { parsePostgresTarget } from '../../../src/engines/postgres/target.ts';
import { JemError } from '../../../src/errors.ts';
import { parseTarget } from '../../../src/target.ts';

const nowhere: Environment = {
  env: {},
  cwd: '/nowhere',
  home: '/nowhere',
  user: 'os-user',
};

/** Any text a connection can carry: no NUL, no lone surrogates, not empty. */
const words = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 20 })
  .filter((text) => !text.includes('\0') && !text.includes('://'));
const hostNames = words.filter((text) => !/[,:@]/.test(text) && !text.startsWith('/'));
const hosts = fc.oneof(
  hostNames,
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom('/run/postgresql', '/tmp/a b', '@abstract'),
);
const logins = fc.record({
  user: words,
  password: words,
  dbname: words,
  host: hosts,
  port: fc.integer({ min: 1, max: 65_535 }).map(String),
  application_name: words,
  options: words,
  sslrootcert: words.filter((text) => text !== 'system'),
});
type Login = typeof logins extends fc.Arbitrary<infer T> ? T : never;

function asUri({ user, password, dbname, host, port, ...params }: Login): string {
  const e = encodeURIComponent;
  const query = Object.entries(params).map(([name, value]) => `${name}=${e(value)}`);
  return `postgres://${e(user)}:${e(password)}@${e(host)}:${port}/${e(dbname)}?${query.join('&')}`;
}

function asKeyValue(login: Login): string {
  const quote = (value: string): string => `'${value.replace(/[\\']/g, '\\$&')}'`;
  return Object.entries(login)
    .map(([name, value]) => `${name}=${quote(value)}`)
    .join(' ');
}

describe('any login comes out as it went in', () => {
  test.each([
    ['a URI', asUri],
    ['key=value', asKeyValue],
  ])('through %s', async (_, write) => {
    await fc.assert(
      fc.asyncProperty(logins, async (login) => {
        const { conninfo } = await parsePostgresTarget(write(login), nowhere);
        const { user, password, dbname, host, port, ...params } = login;
        expect(conninfo).toEqual({
          hosts: [{ host, port: Number(port), password }],
          user,
          database: dbname,
          passwordFrom: 'url',
          sslmode: 'prefer',
          params,
          pool: {},
          settings: {},
        });
      }),
      { numRuns: 300 },
    );
  });

  test('and the display reads back as the same target', async () => {
    await fc.assert(
      fc.asyncProperty(logins, async (login) => {
        const target = await parsePostgresTarget(asUri(login), nowhere);
        const again = await parsePostgresTarget(target.display, nowhere);
        expect(again.display).toBe(target.display);
        expect(again.conninfo).toMatchObject({ user: login.user, database: login.dbname });
        expect(again.conninfo.hosts).toEqual([{ host: login.host, port: Number(login.port) }]);
      }),
      { numRuns: 300 },
    );
  });
});

/** Everything a reader could get to see of a text. */
async function everythingSaid(text: string, environment: Environment): Promise<string> {
  try {
    const target = await parseTarget(text, environment);
    const { display, understood, warnings } = target;
    const refused = await openingOf(target).catch((error: unknown) => error);
    return JSON.stringify([display, understood, warnings, spoken(refused)]);
  } catch (error) {
    return spoken(error);
  }
}

/** A host with an @ is refused before anything is opened; other targets are not opened here. */
async function openingOf(target: Target): Promise<void> {
  if (!target.warnings.some(({ code }) => code === 'unencoded-at-sign')) return;
  const session = await target.open({
    signal: AbortSignal.abort(),
    applicationName: 'test',
    connectTimeout: 1,
    mode: 'read',
    warn: () => undefined,
  });
  await session[Symbol.asyncDispose]();
}

function spoken(error: unknown): string {
  if (error === undefined) return '';
  if (!(error instanceof JemError)) throw new Error('not ours', { cause: error });
  return JSON.stringify([error.message, error.details, String(error.cause), error.stack]);
}

describe('no piece of a password is ever said', () => {
  const marks = ['Zq7xW', 'Kj3vB', 'Yw9mD'];
  const joints = fc.constantFrom(...`@/?#:%&=, []+'"\\\t`, '@@', '%4', '//');
  const passwords = fc
    .tuple(joints, joints, fc.boolean())
    .map(
      ([first, second, longer]) => marks[0] + first + marks[1] + (longer ? second + marks[2] : ''),
    );
  const expectSilent = async (text: string, environment = nowhere): Promise<void> => {
    const said = await everythingSaid(text, environment);
    for (const mark of marks) expect(said).not.toContain(mark);
  };

  test('in a URL where it is not encoded', async () => {
    const starts = fc.constantFrom(
      ...['postgres://', 'postgresql://', 'postgresql+psycopg2://', 'Postgres://', 'postgre://'],
      ...['mysql://', ' postgres://', '"postgres://', 'postgres:/', 'postgres:', 'postgres//', ''],
      ...['sqlite://', 'sqlite:/', 'file://', '//', 'jdbc:postgresql://', 'psql postgres://'],
      ...['url=postgres://', 'dbname=postgres://', 'DATABASE_URL=postgres://', 'postgres:///'],
    );
    const ends = fc.constantFrom(
      ...['@db.example/app', '@db.example:5433/app?sslmode=require', '@h1,h2/app', '@[::1]/app'],
      ...['@/app', '@db.example', '@db.example/app?sslmod=require', '@h:x/app', '@h?a', '', '/app'],
      ...['@db.example/app?foo=bar', "@db.example/app'", '@db.example/app?options=-c%20a%3Db'],
    );
    const users = fc.constantFrom('app', 'app@db', 'a%20b', '', 'a:b');
    await fc.assert(
      fc.asyncProperty(starts, users, passwords, ends, async (start, user, password, end) => {
        const text = `${start}${user}:${password}${end}`;
        // Without an @ it is the name of a file, or behind three slashes that of a database.
        // Where the @ of the password is the only one, a host follows it.
        fc.pre(end.includes('@') || !password.includes('@'));
        fc.pre(text.includes('@') || /^\W*[\w+]*:\/\/(?!\/)/.test(text));
        await expectSilent(text);
      }),
      { numRuns: 3000 },
    );
  });

  test('in a key=value text where it is not quoted', async () => {
    const before = fc.constantFrom('', 'host=h ', 'user=u host=h ', 'dbname=d ');
    const names = fc.constantFrom(...['password=', 'password =', "password='", 'pasword=', 'pw=']);
    const after = fc.constantFrom(...['', "'", ' host=h', "' host=h", ' sslmode=x', ' foo=bar']);
    await fc.assert(
      fc.asyncProperty(before, names, passwords, after, async (start, name, password, end) => {
        await expectSilent(`${start}${name}${password}${end}`);
      }),
      { numRuns: 2000 },
    );
  });

  test('in the environment', async () => {
    const variables = fc.constantFrom('PGPASSWORD', 'PGHOST', 'PGDATABASE', 'PGUSER');
    const forms = fc.constantFrom('postgres://u:', 'u:');
    await fc.assert(
      fc.asyncProperty(variables, forms, passwords, async (variable, form, password) => {
        const value = variable === 'PGPASSWORD' ? password : `postgres://u:${password}@h/d`;
        const host = variable === 'PGHOST' ? `${form}${password}@h` : value;
        await expectSilent('postgres://', { ...nowhere, env: { [variable]: host } });
      }),
      { numRuns: 500 },
    );
  });
});

test('agrees with pg-connection-string on what both take', async () => {
  const plain = fc.stringMatching(/^[a-z][a-z0-9_-]{0,12}$/);
  await fc.assert(
    fc.asyncProperty(plain, words, plain, plain, async (user, password, host, database) => {
      const text = `postgresql://${user}:${encodeURIComponent(password)}@${host}:5433/${database}`;
      const theirs = parseByLibrary(text);
      const { conninfo } = await parsePostgresTarget(text, nowhere);
      expect(conninfo).toMatchObject({
        user: theirs.user,
        database: theirs.database,
        hosts: [{ host: theirs.host, port: Number(theirs.port), password: theirs.password }],
      });
    }),
    { numRuns: 300 },
  );
});
