import { chmod, chown, copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { sizePools } from '../../src/health/pool/sizing.ts';
import { createAuthority } from '../engines/postgres/certificates.ts';
import { serverUser } from '../support/os-user.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { postgresVersions, sharedPostgres, startPostgres } from '../support/postgres.ts';
import { project } from '../support/project.ts';
import { configured } from './pooled.ts';

const room = { maxConnections: 100, reserved: 3, database: 'a', databases: ['a'] };

describe('the size of pools', () => {
  it.each([
    { what: 'at least 20', cpus: 2, databases: 1, poolSize: 20, reserve: 5 },
    { what: 'twice the CPUs', cpus: 32, databases: 1, poolSize: 64, reserve: 5 },
    { what: 'no more than there is', cpus: 128, databases: 1, poolSize: 87, reserve: 5 },
    { what: 'a share of it', cpus: 32, databases: 10, poolSize: 8, reserve: 1 },
    { what: '20 where nobody knows the CPUs', cpus: null, databases: 1, poolSize: 20, reserve: 5 },
  ])('is $what', ({ cpus, databases, poolSize, reserve }) => {
    const sizes = sizePools(room, { cpus, databases, clients: 500 });
    expect(sizes).toMatchObject({ poolSize, reserve, maxDbConnections: poolSize + reserve });
    expect(databases * sizes.maxDbConnections).toBeLessThanOrEqual(92);
  });

  it('is refused where the server has no room', () => {
    expect(() => sizePools(room, { cpus: 2, databases: 93, clients: 500 })).toThrow(/no room/);
  });
});

describe('pool config', () => {
  it('takes the TLS of the URL to the server, and its own to the clients', async () => {
    const bin = postgresVersions().at(-1)?.bin ?? '';
    await using work = await project();
    await chmod(work.path, 0o755);
    const authority = await createAuthority(work.path, 'authority');
    const of = await authority.issue('server', {
      name: 'localhost',
      alternatives: 'DNS:localhost',
    });
    await using server = await startPostgres({
      bin,
      conf: ['ssl = on'],
      hba: ['hostnossl all all all reject'],
      files: { 'server.crt': of.certificate, 'server.key': of.key },
    });
    const keyFile = join(work.path, 'shown.key');
    await copyFile(of.keyFile, keyFile);
    const { uid, gid } = serverUser();
    await chown(keyFile, uid, gid);
    const direct = server
      .url('postgres', { sslmode: 'verify-full', sslrootcert: authority.certificateFile })
      .replace('@127.0.0.1:', '@localhost:');
    await using pooler = await configured(
      {
        ...work,
        run: (args, options) => work.run(args, { ...options, env: { DATABASE_URL: direct } }),
      },
      server,
      { database: 'postgres', options: ['--tls-cert', of.certificateFile, '--tls-key', keyFile] },
    );
    const ini = await readFile(join(work.path, 'pooler/pgbouncer.ini'), 'utf8');
    expect(ini).toContain('server_tls_sslmode = verify-full\n');
    expect(ini).toContain(`server_tls_ca_file = ${authority.certificateFile}\n`);

    await expect(pooler.connect()).rejects.toThrow(/SSL required/);
    const client = new Client({
      ...{ host: 'localhost', port: pooler.port, database: 'postgres' },
      ...{ user: 'app_of_pool', password: 'of the app' },
      ssl: { ca: authority.certificate },
    });
    await client.connect();
    const { rows } = await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
    expect(rows).toEqual([{ ssl: true }]);
    await client.end();
    const seen = `postgres://pgbouncer:looks%20up@localhost:${pooler.port}/pgbouncer?sslmode=verify-full&sslrootcert=${authority.certificateFile}`;
    const health = await work.run(['health', 'pool', '-d', seen, '--skip', 'pool-version']);
    expect(health.stderr).toBe('');
    expect(health.exitCode).toBe(0);
  });

  it('refuses the address of a pooler, a database that is not there, and half of TLS', async () => {
    const server = await sharedPostgres(15);
    await using pooler = await startPgBouncer(server, { poolMode: 'session' });
    await using work = await project({}, server.url());
    const through = await work.run(['pool', 'config', '-d', pooler.url()]);
    expect(through.exitCode).toBe(4);
    expect(through.stderr).toContain('directUrl');
    const wrong = [
      ['--databases', 'nowhere'],
      ['--tls-cert', 'x'],
      ['--pgbouncer-version', '1.9'],
      ['--listen', 'a b'],
      ['--all-databases', '--databases', 'postgres'],
      ['-d', './x.db'],
    ];
    for (const options of wrong) {
      const { exitCode } = await work.run(['pool', 'config', ...options]);
      expect(exitCode, options.join(' ')).toBe(2);
    }
    const open = await work.run(['pool', 'config', '--listen', '0.0.0.0', '--json']);
    expect(open.json().warnings.map(({ code }) => code)).toContain('clients-without-tls');
  });
});
