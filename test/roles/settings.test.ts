import { describe, expect, it } from 'vitest';
import { wantedRoles } from '../../src/roles/wanted.ts';
import { project } from '../support/project.ts';
import { schemaErrors } from '../support/schema.ts';
import { wrapSql } from '../../src/sql/wrap.ts';

describe('the settings of the roles', () => {
  it.each([
    ['--skip', 'owner'],
    ['--skip', 'application'],
    ['--schema', 'pg_catalog'],
    ['--schema', 'information_schema'],
    ['--schema', ','],
    ['--prefix', 'pg'],
    ['--prefix', 'x'.repeat(60)],
    ['--role', 'application'],
    ['--role', 'application='],
    ['--role', 'web=app'],
    ['--role', 'application=app_ro'],
    ['--role', 'application.conection_limit=5'],
    ['--role', 'application.connection_limit=0'],
    ['--role', 'application.statement_timeout=soon'],
    ['--role', 'application.replication=yes'],
    ['--role', 'backup.replication=perhaps'],
    ['--role', 'owner.connection_limit=5'],
  ])('are refused: %s %s', async (flag, value) => {
    await using work = await project();
    const result = await work.run([
      'roles',
      'print',
      flag,
      value,
      '--json',
      '-d',
      'postgres://h/x',
    ]);
    expect(result.exitCode).toBe(2);
    expect(result.json().error).toMatchObject({ code: 'bad-setting' });
  });

  it.each(['print', 'apply', 'verify'])('know that SQLite has no roles: %s', async (verb) => {
    await using work = await project();
    const result = await work.run(['roles', verb, '--json']);
    expect(result.exitCode).toBe(2);
    expect(result.json().error).toMatchObject({
      code: 'usage',
      message: 'SQLite has no roles',
    });
    expect(schemaErrors(result.json())).toEqual([]);
  });

  it.each([
    ['--password-file', 'nonsense'],
    ['--reset-passwords', ''],
  ])('say how %s is used', async (flag, value) => {
    await using work = await project();
    const args = ['roles', 'apply', flag, value, '--json', '-d', 'postgres://h/x'];
    const result = await work.run(args.filter((each) => each !== ''));
    expect(result.json().error).toMatchObject({ code: 'usage' });
  });

  it('end an idle session of every role after 15 minutes', () => {
    const settings = { prefix: 'app', schemas: ['public'], entries: [], skip: [] };
    const { roles } = wantedRoles({ ...settings, ledgerTable: 'l' });
    const times = roles.flatMap(({ timeouts }) => timeouts?.idle_session_timeout ?? []);
    expect(times).toEqual(Array.from({ length: 5 }, () => 15 * 60_000));
  });
});

describe('wrapping SQL', () => {
  it('breaks between words, never within quotes', () => {
    expect(wrapSql(`GRANT "a  b" TO x, 'c  d', y`, 12)).toEqual([
      'GRANT "a  b"',
      '  TO x,',
      "  'c  d', y",
    ]);
  });
});
