import { describe, expect, it } from 'vitest';
import { wantedRoles } from '../../src/roles/wanted.ts';
import { project } from '../support/project.ts';
import { schemaErrors } from '../support/schema.ts';
import { wrapSql } from '../../src/sql/wrap.ts';

describe('the settings of the roles', () => {
  const settings = { prefix: 'app', schemas: ['public'], entries: [], skip: [], ledgerTable: 'l' };

  it.each([
    { skip: ['owner'] },
    { skip: ['application'] },
    { schemas: ['pg_catalog'] },
    { schemas: ['information_schema'] },
    { schemas: [] },
    { prefix: 'pg' },
    { prefix: 'x'.repeat(60) },
    { entries: ['application'] },
    { entries: ['application='] },
    { entries: ['web=app'] },
    { entries: ['application=app_ro'] },
    { entries: ['application=public'] },
    { entries: ['application.conection_limit=5'] },
    { entries: ['application.connection_limit=0'] },
    { entries: ['application.statement_timeout=soon'] },
    { entries: ['application.replication=yes'] },
    { entries: ['backup.replication=perhaps'] },
    { entries: ['owner.connection_limit=5'] },
  ])('are refused: %j', (wrong) => {
    expect(() => wantedRoles({ ...settings, ...wrong })).toThrow(
      expect.objectContaining({ code: 'bad-setting' }),
    );
  });

  it('are a matter of usage', async () => {
    await using work = await project();
    const args = ['roles', '--without', 'bakcup', '--json', '-d', 'postgres://h/x'];
    const result = await work.run(args);
    expect(result.exitCode).toBe(2);
    expect(result.json().error).toMatchObject({
      code: 'bad-setting',
      hint: expect.stringContaining('Did you mean backup?'),
    });
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
    const { roles } = wantedRoles(settings);
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
