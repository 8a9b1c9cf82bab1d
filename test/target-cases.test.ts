import { chmod, cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse as parseByLibrary } from 'pg-connection-string';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../src/connection.ts';
import type { Environment, Target } from '../src/engines/engine.ts';
import { readConnectionText } from '../src/engines/postgres/conninfo-text.ts';
import type { PostgresTarget } from '../src/engines/postgres/target.ts';
import { isUri } from '../src/engines/postgres/uri.ts';
import type { SqliteTarget } from '../src/engines/sqlite/target.ts';
import { JemError } from '../src/errors.ts';
import { parseTarget } from '../src/target.ts';
import { temporaryFolder, type TemporaryFolder } from './support/folders.ts';

interface Expected {
  readonly kind: 'postgres' | 'sqlite';
  readonly driver?: string;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly host?: string;
  readonly port?: string;
  readonly sslmode?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly memory?: boolean;
  readonly file?: string | null;
  readonly readonly?: boolean | string;
  readonly options?: { readonly timeout?: number };
}

interface Case {
  readonly id: string;
  readonly category: string;
  readonly input: string;
  readonly note?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly mode: 'parse' | 'start';
  readonly expect?: Expected;
  readonly expect_error?: string;
  readonly library_falls_short?: readonly string[];
}

const folder = fileURLToPath(new URL('./cases/', import.meta.url));
const cases = JSON.parse(await readFile(join(folder, 'connections.json'), 'utf8')) as Case[];

/** Where jem-db means something else than libpq or SQLite, and why. */
const deliberate: Readonly<Record<string, string>> = {
  'uri2-045':
    'REQUIREMENTS.md T1: postgresql+psycopg2:// is accepted, its suffix kept as the driver',
  'kv-012': 'a bare word without = is a path: the SQLite file of that name',
};

/** libpq splits these, and refuses them or fails when it connects; so do we, at once. */
const refusedOnConnect: Readonly<Record<string, string>> = {
  'uri-058': 'PGSSLROOTCERT=system with a weak sslmode',
  'uri2-006': 'the port is not a number, and an @ follows in the name of the database',
  'uri2-036': 'sslmode in upper case',
  'uri2-038': 'the port is not a number',
  'uri2-039': 'the port is above 65535',
  'uri2-054': 'the service is not defined here',
};

// Opening decides on these: the text itself is fine.
const refusedOnOpen = ['sqlite-013', 'sqlite-030', 'sqlite-031'];

let fixtures: TemporaryFolder;

beforeAll(async () => {
  fixtures = await temporaryFolder();
  await cp(join(folder, 'fixtures'), fixtures.path, { recursive: true });
  // git keeps no modes, and a password file that others may read is ignored.
  await chmod(join(fixtures.path, 'passfile'), 0o600);
  await chmod(join(fixtures.path, 'home/.pgpass'), 0o600);
});
afterAll(() => fixtures[Symbol.asyncDispose]());

function inPlace<T>(value: T): T {
  const text = JSON.stringify(value)
    .replaceAll('<fixtures>', fixtures.path)
    .replaceAll('$CWD', join(fixtures.path, 'cwd'));
  return JSON.parse(text) as T;
}

/** Only `start` cases look into the home folder. */
function environmentOf({ env, mode }: Case): Environment {
  const home = join(fixtures.path, mode === 'start' ? 'home' : 'nowhere');
  return { env: { ...env, HOME: home }, cwd: join(fixtures.path, 'cwd'), home, user: 'os-user' };
}

const of = (keep: (each: Case) => boolean): [string, Case][] =>
  cases.filter(keep).map((each) => [`${each.id}: ${each.input}`, each]);

const isSqlite = ({ category }: Case): boolean => category.startsWith('sqlite');

test('the table is whole', () => {
  expect(cases).toHaveLength(175);
});

describe('PostgreSQL, as libpq splits the text', () => {
  const splits = of((each) => !isSqlite(each) && each.mode === 'parse' && !!each.expect);

  test.each(splits)('%s', (_, each) => {
    const { input, expect: expected } = inPlace(each);
    const { driver, values } = readConnectionText(input);
    expect(driver).toBe(expected?.driver);
    expect(Object.fromEntries(values)).toEqual(valuesOf(expected!));
  });

  test.each(splits.filter(([, { id }]) => id in refusedOnConnect))(
    'refused: %s',
    async (_, each) => {
      const parsing = parseTarget(inPlace(each).input, environmentOf(inPlace(each)));
      await expect(parsing).rejects.toMatchObject({ code: 'bad-database-url' });
    },
  );

  test.each(splits.filter(([, { id }]) => !(id in refusedOnConnect)))(
    'whole: %s',
    async (_, each) => {
      const { input, expect: expected } = inPlace(each);
      const environment = environmentOf(inPlace(each));
      const target = (await parseTarget(input, environment)) as PostgresTarget;
      expect(target.engine).toBe('postgres');
      expectNoPassword(target, expected!);
    },
  );
});

describe('PostgreSQL, as libpq starts to connect', () => {
  const starts = of((each) => each.mode === 'start' && !!each.expect);

  test.each(starts)('%s', async (_, each) => {
    const { input, expect: expected } = inPlace(each);
    const environment = environmentOf(inPlace(each));
    const target = (await parseTarget(input, environment)) as PostgresTarget;
    const { hosts, user, database, sslmode, params } = target.conninfo;
    const { hostaddr, ...others } = expected?.params ?? {};

    expect(user).toBe(expected?.user?.replace('(OS user)', 'os-user'));
    expect(database).toBe(expected?.database);
    expect(sslmode).toBe(expected?.sslmode);
    expect(params).toMatchObject(others);
    expect(hosts.map(({ port }) => port).join(',')).toBe(expected?.port);
    expect(hosts.map(({ hostaddr: address }) => address)).toEqual([hostaddr]);
    const folders = ['/var/run/postgresql', '/tmp'];
    const allowed = expected?.host === '(socket directory)' ? folders : [expected?.host];
    expect(allowed).toContain(hosts.map(({ host }) => host).join(','));
    expect(hosts.map(({ password }) => password)).toEqual([expected?.password]);
    expectNoPassword(target, expected!);
  });
});

describe('SQLite, as SQLite and SQLAlchemy read the text', () => {
  const reads = of((each) => isSqlite(each) && !!each.expect);

  test.each(reads)('%s', async (_, each) => {
    const { input, expect: expected } = inPlace(each);
    const target = (await parseTarget(input, environmentOf(each))) as SqliteTarget;
    const { file, readonly } = sqliteOf(inPlace(each));
    expect({ engine: target.engine, file: target.file, readonly: target.readonly }).toEqual({
      engine: 'sqlite',
      file,
      readonly,
    });
    expect(target.understood).toMatchObject({ engine: 'sqlite', file, readonly });
    const seconds = expected?.options?.timeout;
    expect(target.busyTimeout).toBe(seconds === undefined ? null : seconds * 1000);
  });
});

describe('refused', () => {
  const keep = ({ id, expect_error: error }: Case): boolean =>
    !!error && !(id in deliberate) && !refusedOnOpen.includes(id);

  test.each(of(keep))('%s', async (_, each) => {
    const parsing = parseTarget(inPlace(each).input, environmentOf(inPlace(each)));
    const error = await parsing.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(JemError);
    const { code, exitCode, details } = error as JemError;
    expect(['bad-database-url', 'unsupported-scheme']).toContain(code);
    expect(exitCode).toBe(2);
    expect(details.why).toBeTruthy();
    expect(details.hint).toBeTruthy();
  });

  test.each(of(({ id }) => refusedOnOpen.includes(id)))('on opening: %s', async (_, each) => {
    const target = await parseTarget(inPlace(each).input, environmentOf(each));
    const opening = connect(target, {
      signal: new AbortController().signal,
      connectTimeout: 1000,
      mode: 'create',
      warn: () => undefined,
    });
    await expect(opening).rejects.toThrow(JemError);
  });
});

describe('deliberate exceptions', () => {
  test('each is in the table, and refused there', () => {
    const errors = cases.filter(({ id }) => id in deliberate).map((each) => each.expect_error);
    expect(errors).toHaveLength(Object.keys(deliberate).length);
    expect(errors.every(Boolean)).toBe(true);
  });

  test('uri2-045 keeps the driver', async () => {
    const each = cases.find(({ id }) => id === 'uri2-045')!;
    const target = (await parseTarget(each.input, environmentOf(each))) as PostgresTarget;
    expect(target.conninfo).toMatchObject({ driver: 'psycopg2', user: 'u', database: 'db' });
  });

  test('kv-012 is a file', async () => {
    const each = cases.find(({ id }) => id === 'kv-012')!;
    const target = (await parseTarget(each.input, environmentOf(each))) as SqliteTarget;
    expect(target.file).toBe(join(fixtures.path, 'cwd/host'));
  });
});

describe('where pg-connection-string agrees with libpq, it agrees with us', () => {
  const agreed = of(
    (each) =>
      isUri(each.input) && !each.library_falls_short && !!each.expect && each.mode === 'parse',
  );

  test.each(agreed)('%s', async (_, each) => {
    const { input } = inPlace(each);
    const byLibrary = parseByLibrary(input);
    const { values } = readConnectionText(input);
    const { host, port, user, password, database } = byLibrary;
    const theirs = { host, port, user, password, dbname: database };
    const said = Object.entries(theirs).filter(([, value]) => value !== null && value !== '');
    const named = said.filter(([, value]) => value !== undefined);
    expect(Object.fromEntries(values)).toMatchObject(Object.fromEntries(named));
  });
});

/** What the table expects, by libpq's names. */
function valuesOf(expected: Expected): Record<string, string> {
  const { user, password, database, host, port, params } = expected;
  const own = { user, password, dbname: database, host, port, ...params };
  return Object.fromEntries(
    Object.entries(own).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** SQLAlchemy hands a `file:` URI on to SQLite as it is; what that means is spelled out here. */
function sqliteOf({ input, expect: expected }: Case): { file: string | null; readonly: boolean } {
  const named = expected?.memory ? null : (expected?.file ?? null);
  const path = named?.replace(/^file:([^?]*).*$/, '$1') ?? null;
  const cwd = join(fixtures.path, 'cwd');
  const file = path === null || path.startsWith('/') ? path : join(cwd, path);
  return { file, readonly: !!expected?.readonly || /^sqlite:.*mode=ro/.test(input) };
}

function expectNoPassword(target: Target, { password }: Expected): void {
  const { display, understood, warnings } = target;
  const said = JSON.stringify({ display, understood, warnings });
  // A password of a letter or two is a piece of any text.
  const secret = password !== undefined && password.length > 3 ? password : '\0';
  expect(said).not.toContain(secret);
  expect(understood).not.toHaveProperty('params.password');
  expect(understood).toMatchObject({ passwordSet: password !== undefined });
}
