import { describe, expect, test } from 'vitest';
import type { Environment } from '../src/engines/engine.ts';
import { JemError } from '../src/errors.ts';
import { parseTarget } from '../src/target.ts';

const environment: Environment = { env: {}, cwd: '/nowhere', home: '/nowhere', user: 'os-user' };

async function refusedWith(text: string): Promise<JemError> {
  const reason: unknown = await parseTarget(text, environment).catch((error: unknown) => error);
  if (reason instanceof JemError) return reason;
  throw new Error(`not refused: ${text}`, { cause: reason });
}

describe('the engine is told by the scheme, else by the looks', () => {
  test.each([
    ['postgres://h/db', 'postgres'],
    ['postgresql://h/db', 'postgres'],
    ['postgresql+asyncpg://h/db', 'postgres'],
    ['host=h dbname=db', 'postgres'],
    ['dbname = db', 'postgres'],
    ['', 'postgres'],
    ['  ', 'postgres'],
    ['sqlite:///x.db', 'sqlite'],
    ['sqlite+aiosqlite:///x.db', 'sqlite'],
    ['file:x.db', 'sqlite'],
    [':memory:', 'sqlite'],
    ['jem.db', 'sqlite'],
    ['./a/b.db', 'sqlite'],
    ['/var/lib/jem.db', 'sqlite'],
    ['C:\\data\\x.db', 'sqlite'],
    ['C:/data/x.db', 'sqlite'],
    ['FILE:x.db', 'sqlite'],
    ['2026-11-21T02:00.db', 'sqlite'],
    ['./user:name@host.db', 'sqlite'],
    ['/backups/user:name@host.db', 'sqlite'],
  ])('%j is %s', async (text, engine) => {
    expect((await parseTarget(text, environment)).engine).toBe(engine);
  });
});

describe('another scheme is refused by its name alone', () => {
  test.each([
    ['mysql://u:hidden@h/db', 'mysql', null],
    ['mysql+pymysql://u:hidden@h/db', 'mysql', null],
    ['mysql:hidden', 'mysql', null],
    ['postgre://u:hidden@h/db', 'postgre', 'postgres'],
    ['Postgres://u:hidden@h/db', 'Postgres', 'postgres'],
    ['postgress://u:hidden@h/db', 'postgress', 'postgres'],
    ['SQLITE:///hidden.db', 'SQLITE', 'sqlite'],
    ['sqlite3:///hidden.db', 'sqlite3', 'sqlite'],
    ['jdbc:postgresql://u:hidden@h/db', 'jdbc', null],
    ['https://u:hidden@h/db', 'https', null],
  ])('%s', async (text, scheme, meant) => {
    const { code, message, details, exitCode } = await refusedWith(text);
    expect(code).toBe('unsupported-scheme');
    expect(exitCode).toBe(2);
    expect(message).toBe(`Unsupported database scheme "${scheme}"`);
    expect(details.why).toContain('postgres:, postgresql:, sqlite:, file:');
    expect(details.why?.match(/Did you mean (\w+)\?/)?.[1] ?? null).toBe(meant);
    expect(`${message} ${JSON.stringify(details)}`).not.toMatch(/hidden|u:/);
  });
});

describe('a URL that is not read as one is refused, for its password would show', () => {
  test.each([
    [' postgres://u:hidden@h/db', /something before its scheme/],
    ['"postgres://u:hidden@h/db"', /something before its scheme/],
    ["'sqlite:///x.db'", /something before its scheme/],
    ['psql postgres://u:hidden@h/db', /something before its scheme/],
    ['DATABASE_URL=postgres://u:hidden@h/db', /something before its scheme/],
    ['u:hidden@h:5432/db', /has no scheme/],
    ['//u:hidden@h:5432/db', /has no scheme/],
    ['postgres//u:hidden@h/db', /has no scheme/],
    ['u@h:5432/db', /has no scheme/],
    ['localhost:5432', /has no scheme/],
    ['localhost:5432/app', /has no scheme/],
    ['$DATABASE_URL', /variable that was not filled in/],
    ['${DATABASE_URL}', /variable that was not filled in/],
  ])('%s', async (text, title) => {
    const { code, message, details } = await refusedWith(text);
    expect(code).toBe('bad-database-url');
    expect(message).toMatch(title);
    expect(`${message} ${JSON.stringify(details)}`).not.toContain('hidden');
    expect(details.hint).toContain('postgres://');
  });
});
