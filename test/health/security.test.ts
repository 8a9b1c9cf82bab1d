import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HealthResult } from '../../src/health/run.ts';
import { temporaryFolder } from '../support/folders.ts';
import { password } from '../support/postgres-server.ts';
import { postgresVersions, sharedPostgres, startPostgres } from '../support/postgres.ts';
import { project, twoMigrations } from '../support/project.ts';
import { schemaErrors } from '../support/schema.ts';
import { selfSigned } from '../engines/postgres/certificates.ts';

type SecurityResult = HealthResult & { readonly failed: boolean };

/** What initdb leaves to be decided: who watches over what is decided there. */
const decided = [
  ...['ssl = on', "ssl_min_protocol_version = 'TLSv1.3'", 'log_connections = on'],
  ...["idle_session_timeout = '15min'", "idle_in_transaction_session_timeout = '1min'"],
  ...["log_line_prefix = '%m [%p] %q%u@%d %h '", 'log_statement = all'],
];
const groups = 'indexes,integrity,security,tenancy';

describe.for(postgresVersions())('health on PostgreSQL $major', ({ major, bin }) => {
  it('finds nothing in a database that is as it should be', async () => {
    await using folder = await temporaryFolder();
    const { certificate, key } = await selfSigned(folder.path, 'server', { name: 'x', days: 90 });
    const files = { 'server.crt': certificate, 'server.key': key };
    await using server = await startPostgres({ bin, conf: decided, files });
    const url = `${await server.createDatabase()}?sslmode=require`;
    await using work = await project({}, url);
    const migrations = resolve('migrations');
    const up = await work.run(['migrate', 'up', '--migrations', migrations]);
    expect(up.exitCode, up.stderr).toBe(0);
    const whole = await work.run(['health', 'check', '--only', groups, '--json']);
    const { checks } = whole.json<SecurityResult>().result;
    expect(checks.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(checks.length).toBeGreaterThan(40);
    expect(whole.exitCode).toBe(0);
    const security = await work.run(['health', 'security']);
    expect(security.exitCode, security.stdout).toBe(0);
    expect(security.stdout).toMatch(/^Security and tenancy\n\nok {2}security +tls-session, /);
    const quiet = await work.run(['health', 'security', '--quiet']);
    expect(quiet.stdout).toBe('');
  });

  it('says what is not well, and fits the schema', async () => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    await server.psql(
      'create table notes (id bigint primary key, org_id text); create table records (id bigint primary key, tenant text)',
      new URL(url).pathname.slice(1),
    );
    await using work = await project({}, url);
    const asked = await work.run(['health', 'security', '--tenant-columns', 'org_id', '--json']);
    expect(schemaErrors(asked.json())).toEqual([]);
    const document = asked.json<SecurityResult>();
    expect(asked.exitCode).toBe(1);
    expect(document.result.failed).toBe(true);
    const byId = new Map(document.result.checks.map((check) => [check.id, check]));
    expect(byId.get('rls-missing')?.objects).toEqual([
      { name: 'public.notes', value: null, detail: 'org_id' },
    ]);
    expect(new Set(document.result.checks.map(({ group }) => group))).toEqual(
      new Set(['security', 'tenancy']),
    );
    const text = await work.run(['health', 'security', '--fail-on', 'critical']);
    expect(text.exitCode).toBe(0);
    expect(text.stdout).toContain('WARNING   rls-missing');
    for (const line of text.stdout.split('\n').filter((one) => !one.includes('`')))
      expect(line.length, line).toBeLessThanOrEqual(80);
    for (const line of [text.stdout, text.stderr]) expect(line).not.toContain(password);
  });
});

it('looks at what a database file has of it', async () => {
  await using work = await project(twoMigrations, './jem.db');
  await work.run(['migrate', 'up']);
  const { stdout } = await work.run(['health', 'security', '--skip', 'backups']);
  expect(stdout).toContain('file-rights');
  expect(stdout).not.toContain('hba');
});
