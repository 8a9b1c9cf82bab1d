import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { auditLog } from '../../../../src/engines/postgres/health/checks/audit-log.ts';
import { healthFacts } from '../../../../src/engines/postgres/health/facts.ts';
import { password } from '../../../support/postgres-server.ts';
import { type PostgresServer, postgresVersions, startPostgres } from '../../../support/postgres.ts';
import { opened } from '../connecting.ts';
import { lookedAt } from './looking.ts';

/** Versions for which pgaudit is installed (Debian: postgresql-15-pgaudit). */
const audited = await withAudit();

describe.for(audited)('pgaudit on PostgreSQL $major', ({ bin }) => {
  it('has to prove that it logs', async () => {
    await using server = await startPostgres({
      bin,
      conf: ["shared_preload_libraries = 'pgaudit'"],
    });
    const audit = async (role?: string) => {
      const url = new URL(server.url());
      if (role !== undefined) url.username = role;
      const { byId } = await lookedAt(url.href, ['security']);
      const { status, summary, hint } = byId.get('audit-log')!;
      return { status, summary, hint };
    };
    expect(await audit()).toMatchObject({
      status: 'warning',
      summary: 'pgaudit is loaded, but logs no read and no write',
    });

    await set(server, 'pgaudit.log', 'read, write');
    expect(await audit()).toMatchObject({
      status: 'ok',
      summary: 'pgaudit logs what is read and written (read, write); a SELECT proved it',
    });

    await server.psql(`create role watcher login password '${password}' in role pg_monitor`);
    const denied = await audit('watcher');
    expect(denied).toMatchObject({ status: 'unknown', summary: 'watcher may not look' });
    await server.psql(denied.hint!);
    expect(await audit('watcher')).toMatchObject({ status: 'ok' });

    await set(server, 'pgaudit.log', 'ddl');
    await set(server, 'pgaudit.role', 'auditor');
    await server.psql('create role auditor; create table watched (id bigint primary key)');
    expect(await audit()).toMatchObject({ status: 'unknown' });
    await server.psql('grant select, update on watched to auditor');
    expect(await audit()).toMatchObject({
      status: 'ok',
      summary: 'pgaudit logs the tables granted to auditor; a SELECT of one proved it',
    });
  });

  it('proves it with catalogs left out, and is not believed where no line comes', async () => {
    await using server = await startPostgres({
      bin,
      conf: [
        "shared_preload_libraries = 'pgaudit'",
        "pgaudit.log = 'read, write'",
        'pgaudit.log_catalog = off',
      ],
    });
    const { byId } = await lookedAt(server.url(), ['security']);
    expect(byId.get('audit-log')).toMatchObject({ status: 'ok' });
    await using session = await opened(server.url());
    const facts = await healthFacts(session, { connectMs: 1, tenantColumns: [] });
    expect(auditLog.judge([{ objects: 0 }], facts, null, [])).toMatchObject({
      status: 'critical',
      summary: 'pgaudit.log is read, write, but a SELECT brought no line of it',
    });
  });
});

async function set(server: PostgresServer, name: string, value: string): Promise<void> {
  await server.psql(`alter system set ${name} = '${value}'`);
  await server.reload();
}

async function withAudit() {
  const found = await Promise.all(
    postgresVersions().map(async (version) => {
      const { stdout } = await execa(join(version.bin, 'pg_config'), ['--pkglibdir'], {
        reject: false,
      });
      const folder = stdout || join(version.bin, '../lib');
      const there = await access(join(folder, 'pgaudit.so')).then(
        () => true,
        () => false,
      );
      return there ? [version] : [];
    }),
  );
  return found.flat();
}
