import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyRoles } from '../../src/roles/apply.ts';
import { wantedRoles } from '../../src/roles/wanted.ts';
import { jemDb } from '../support/cli.ts';
import { opened } from '../engines/postgres/connecting.ts';
import { postgresVersions } from '../support/postgres.ts';
import { rejection } from '../support/rejection.ts';
import { schemaErrors } from '../support/schema.ts';
import { found, roleWorld, says, urlAs, type RoleWorld, type Site } from './role-world.ts';

describe.each(postgresVersions())('applying the roles, on $major', ({ bin, major }) => {
  let world: RoleWorld;

  beforeAll(async () => {
    world = await roleWorld(bin);
  });

  afterAll(() => world[Symbol.asyncDispose]());

  const count = (site: Site): Promise<string> =>
    site.psql(`select count(*) from pg_roles where rolname like '${site.prefix}\\_%'`);

  it('sends no password, and logs none', async () => {
    const site = await world.site();
    // As SASLprep has it: a space of another width, a raised digit, a wide letter.
    const password = 'Pässwört² of\u00A0Ａ\uFF22 len\u00ADgth';
    await world.work.write({ 'given.txt': `${password}\n` });
    if (major >= 16) await site.psql(`alter database ${site.database} set scram_iterations = 8192`);
    const result = await site.roles([
      ...['apply', '--yes', '--generate-passwords', site.prefix],
      ...['--password-file', 'application=given.txt', '--json'],
    ]);
    expect(result.exitCode, result.stdout).toBe(0);
    expect(schemaErrors(result.json())).toEqual([]);
    const generated = await readdir(join(world.work.path, site.prefix));
    expect(generated.toSorted()).toEqual(
      ['backup', 'migrator', 'monitor', 'ro'].map((end) => `${site.prefix}_${end}.password`),
    );
    const log = await world.server.log();
    expect(log).toContain(`ALTER ROLE ${site.prefix}_rw PASSWORD`);
    for (const name of generated) {
      const file = join(world.work.path, site.prefix, name);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      const text = (await readFile(file, 'utf8')).trim();
      expect(log).not.toContain(text);
      expect(result.stdout + result.stderr).not.toContain(text);
    }
    expect(log).not.toContain(password);
    expect(log).not.toContain(encodeURIComponent(password));
    const url = urlAs(world.server, site.database, `${site.prefix}_rw`, password);
    expect(await says(world.server, url, 'select 1')).toEqual({ ok: true, text: '1' });
    const ours = await world.work.run(['wait', '-d', url, '--tries', '1']);
    expect(ours.exitCode, ours.stderr).toBe(0);
    const kept = await site.psql(
      `select distinct substr(rolpassword, 1, 18) from pg_authid where rolname like '${site.prefix}\\_%' and rolcanlogin`,
    );
    expect(kept).toBe(major >= 16 ? 'SCRAM-SHA-256$8192' : 'SCRAM-SHA-256$4096');
  });

  it('leaves passwords that are there alone, until it is told to reset them', async () => {
    const site = await world.site();
    await site.applied();
    const before = await site.as('rw');
    await world.work.write({ 'other.txt': 'quite another password\n' });
    const file = ['--password-file', `${site.prefix}_rw=other.txt`];
    const kept = await site.roles(['apply', '--yes', '--json', ...file]);
    expect(kept.json()).toMatchObject({
      result: { outcome: 'nothing-to-do' },
      warnings: [{ code: 'password-kept' }],
    });
    expect(await says(world.server, before, 'select 1')).toMatchObject({ ok: true });
    const reset = await site.roles(['apply', '--yes', '--reset-passwords', ...file]);
    expect(reset.exitCode, reset.stderr).toBe(0);
    expect(await says(world.server, before, 'select 1')).toMatchObject({ ok: false });
    const after = urlAs(world.server, site.database, `${site.prefix}_rw`, 'quite another password');
    expect(await says(world.server, after, 'select 1')).toMatchObject({ ok: true });
  });

  it.each([
    ['brief', 'bad-setting', 2],
    ['two\nlines of a password', 'bad-setting', 2],
    ['\u1E9B\u0323 unusual \u{1D400}', 'bad-setting', 2],
  ])('refuses the password %j', async (text, code, exitCode) => {
    const site = await world.site();
    await world.work.write({ 'bad.txt': `${text}\n` });
    const result = await site.roles([
      'apply',
      '--yes',
      '--json',
      '--password-file',
      'readonly=bad.txt',
    ]);
    expect(result.json().error).toMatchObject({ code });
    expect(result.exitCode).toBe(exitCode);
    expect(result.stdout).not.toContain(text.slice(0, 5));
    expect(await count(site)).toBe('0');
  });

  it('refuses to write over a password that may be in use', async () => {
    const site = await world.site();
    const name = `${site.prefix}/${site.prefix}_rw.password`;
    await world.work.write({ [name]: 'in use' });
    const result = await site.roles([
      'apply',
      '--yes',
      '--json',
      '--generate-passwords',
      site.prefix,
    ]);
    expect(result.json().error).toMatchObject({ code: 'file-unwritable' });
    expect(await readdir(join(world.work.path, site.prefix))).toEqual([
      `${site.prefix}_rw.password`,
    ]);
    expect(await count(site)).toBe('0');
  });

  it('leaves everything as it was where it fails', async () => {
    const site = await world.site();
    await site.psql('create table held (id int)');
    await using holder = await opened(site.url);
    await holder.query('begin; lock table held in share mode');
    const result = await site.roles([
      ...['apply', '--yes', '--json', '--generate-passwords', site.prefix],
      ...['--lock-timeout', '200ms'],
    ]);
    expect(result.json().error).toMatchObject({ code: 'lock-timeout', retryable: true });
    expect(result.exitCode).toBe(3);
    expect(await count(site)).toBe('0');
    expect(await readdir(world.work.path)).not.toContain(site.prefix);
  });

  it('does nothing where the database changed after it was shown', async () => {
    const site = await world.site();
    await using session = await opened(site.url);
    const wanted = wantedRoles({
      ...{ prefix: site.prefix, schemas: ['public'], entries: [], skip: [] },
      ledgerTable: 'jem_db_migrations',
    });
    const error = await rejection(
      applyRoles(session, wanted, {
        passwords: { files: new Map(), folder: null, reset: false },
        dryRun: false,
        lockTimeout: 1000,
        signal: new AbortController().signal,
        agree: async () => {
          await site.psql('create table meanwhile (id int)');
        },
      }),
    );
    expect(error).toMatchObject({ code: 'confirmation-needed' });
    expect(await count(site)).toBe('0');
  });

  it('is refused before anything is done where the user lacks rights, naming all of them', async () => {
    const site = await world.site();
    await site.psql(
      `create role ${site.prefix}plain login password 'of a plain user'; create table t ()`,
    );
    const plain = urlAs(world.server, site.database, `${site.prefix}plain`, 'of a plain user');
    const printed = await site.roles(['print'], plain);
    expect(printed.exitCode, printed.stderr).toBe(0);
    const result = await site.roles(['apply', '--yes', '--json'], plain);
    expect(result.exitCode).toBe(4);
    expect(result.json().error).toMatchObject({ code: 'permission-denied' });
    const { cause } = result.json().error as { cause: string };
    for (const needed of [
      'CREATEROLE',
      'the rights of the owner of',
      'who owns TABLE public.t',
      'server-files',
    ])
      expect(cause).toContain(needed);
    expect(await count(site)).toBe('0');
  });

  it('works for an owner of the database with CREATEROLE, as far as the server lets it', async () => {
    const site = await world.site();
    const boss = `boss${site.prefix}`;
    await site.psql(`create role ${boss} login createrole password 'of the boss'; alter database ${site.database} owner to ${boss};
create role other_${boss}`);
    const url = urlAs(world.server, site.database, boss, 'of the boss');
    await says(world.server, url, 'create table mine (id serial primary key)');
    const dry = await site.roles(['apply', '--dry-run', '--json'], url);
    const { lacking } = dry.json<{ lacking: string[] }>().result;
    expect(lacking.map((text) => text.replaceAll(`${site.prefix}_`, ''))).toEqual([
      `superuser${major >= 16 ? ' (or BYPASSRLS of your own)' : ''}, to give backup BYPASSRLS`,
      ...(major >= 16
        ? ['ADMIN OPTION on role pg_read_all_data', 'ADMIN OPTION on role pg_monitor']
        : []),
      "superuser, to let monitor read the server's files (or --without server-files)",
    ]);
    if (major >= 16) await site.psql(`grant pg_monitor to ${boss} with admin option`);
    const skip = ['--without', 'backup,server-files'];
    const all = ['apply', '--yes', '--generate-passwords', site.prefix, ...skip];
    const applied = await site.roles(all, url);
    expect(applied.exitCode, applied.stderr).toBe(0);
    const verified = await site.roles(['verify', '--json', ...skip]);
    expect(verified.json().result).toMatchObject({ matches: true, deviations: [], unseen: [] });
    const again = await site.roles(all, url);
    expect(again.stdout).toContain('Nothing to do');
    const acts = await says(world.server, url, `set role ${site.prefix}_owner`);
    expect(acts.ok).toBe(false);
    await site.psql(
      `grant truncate on mine to ${site.prefix}_rw; alter table mine owner to ${boss}`,
    );
    expect(await found(site)).not.toEqual([]);
    expect((await site.roles(all, url)).exitCode).toBe(0);
    expect((await site.roles(['verify', ...skip])).exitCode).toBe(0);
    const printed = await site.roles(['print', ...skip], url);
    const run = await says(world.server, url, printed.stdout);
    expect(run.ok, run.text).toBe(true);
    expect((await site.roles(['verify', ...skip])).exitCode).toBe(0);
  });

  it('takes names, limits and schemas from jem-db.json, and verifies by the same', async () => {
    const site = await world.site();
    const own = `own_${site.prefix}`;
    await world.work.write({
      [`${own}/jem-db.json`]: JSON.stringify({
        database: site.url,
        rolePrefix: own,
        roleSchemas: ['shop', 'audit'],
        withoutRoles: 'monitor',
        roles: [
          `application=Web ${own}`,
          'application.connection_limit=7',
          'application.statement_timeout=1500ms',
          'backup.replication=yes',
          'backup.password=no',
        ],
      }),
    });
    const options = { cwd: join(world.work.path, own) };
    const applied = await jemDb(['roles', 'apply', '--yes', '--generate-passwords', 'p'], options);
    expect(applied.exitCode, applied.stderr).toBe(0);
    const verified = await jemDb(['roles', 'verify', '--json'], options);
    expect(verified.json().result).toMatchObject({ matches: true, schemas: ['shop', 'audit'] });
    const web = await site.psql(
      `select rolconnlimit, rolconfig[1] from pg_roles where rolname = 'Web ${own}'`,
    );
    expect(web).toBe('7|statement_timeout=1500ms');
    const backup = await site.psql(
      `select rolreplication, rolpassword is null from pg_authid where rolname = '${own}_backup'`,
    );
    expect(backup).toBe('t|t');
    const schemas = await site.psql(
      "select string_agg(nspname || ' ' || pg_get_userbyid(nspowner), ', ' order by nspname) from pg_namespace where nspname in ('shop', 'audit')",
    );
    expect(schemas).toBe(`audit ${own}_owner, shop ${own}_owner`);
  });
});
