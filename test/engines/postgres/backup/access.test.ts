import { access, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { toolAccess } from '../../../../src/engines/postgres/tool-access.ts';
import { temporaryFolder } from '../../../support/folders.ts';
import {
  type PostgresServer,
  postgresVersions,
  sharedPostgres,
  startPostgres,
} from '../../../support/postgres.ts';
import { createAuthority } from '../certificates.ts';
import { opened } from '../connecting.ts';
import { backedUp, running } from './backups.ts';

const versions = postgresVersions().map(({ major, bin }) => ({ major, bin }));

/** Everything that libpq's files and the environment could trip over. */
const password = String.raw` p:w\d '#=%4 1"; `;

async function withRole(server: PostgresServer): Promise<void> {
  const literal = `E'${password.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  await server.psql(
    `create role keeper superuser login password ${literal}; create table t as select n, repeat(md5(n::text), 20) as v from generate_series(1, 150000) n`,
  );
}

function parts(server: PostgresServer, more: string): string {
  const quoted = password.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return `port=${server.port} dbname=postgres user=keeper password='${quoted}' ${more}`;
}

/** Backs up, and looks meanwhile at what everybody on the machine could see of pg_dump. */
async function seenWhile(url: string, server: PostgresServer): Promise<string> {
  await using session = await opened(url);
  const { path: folder } = await temporaryFolder();
  const seen: string[] = [];
  const ended = new AbortController();
  const look = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      for (const pid of await running(`--file=${folder}`)) {
        const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
        seen.push(await read('cmdline'), await read('environ'));
      }
    }
  };
  const looking = look();
  const taken = await backedUp(session, {
    binaries: server.bin,
    stage: { folder, take: async () => {}, put: async () => {} },
  });
  ended.abort();
  await looking;
  expect(taken.content.tables).toMatchObject([{ name: 't', rows: 150_000 }]);
  return seen.join('\n');
}

test.each(versions)('reaches the server by TCP, socket and IPv6, on $major', async ({ bin }) => {
  await using server = await startPostgres({ bin, conf: ["listen_addresses = '127.0.0.1,::1'"] });
  await withRole(server);
  for (const host of [
    'host=127.0.0.1',
    `host=${server.socketFolder}`,
    'host=::1',
    'host=nowhere.example hostaddr=127.0.0.1',
  ]) {
    const seen = await seenWhile(parts(server, host), server);
    expect(seen).toContain('PGSERVICEFILE');
    expect(seen).not.toContain(password.trim());
    expect(seen).not.toContain(String.raw`p\:w`);
  }
});

test.each(versions)(
  'reaches it with TLS and a certificate of its own, on $major',
  async ({ bin }) => {
    await using folder = await temporaryFolder();
    const authority = await createAuthority(folder.path, 'authority');
    const own = await authority.issue('server', {
      name: 'db',
      alternatives: 'DNS:localhost,IP:127.0.0.1',
    });
    const mine = await authority.issue('keeper', { name: 'keeper' });
    await using server = await startPostgres({
      bin,
      conf: ['ssl = on', "ssl_ca_file = 'ca.crt'"],
      hba: [
        'hostssl all keeper 127.0.0.1/32 scram-sha-256 clientcert=verify-full',
        'host all keeper 127.0.0.1/32 reject',
      ],
      files: {
        'server.crt': own.certificate,
        'server.key': own.key,
        'ca.crt': authority.certificate,
      },
    });
    await withRole(server);
    const files = `sslmode=verify-full sslrootcert=${authority.certificateFile} sslcert=${mine.certificateFile} sslkey=${mine.keyFile}`;
    const seen = await seenWhile(
      parts(server, `host=localhost hostaddr=127.0.0.1 ${files}`),
      server,
    );
    expect(seen).not.toContain(password.trim());
  },
);

test('keeps what it hands to programs in files for this user alone, and removes them', async () => {
  const [{ major } = { major: 0 }] = versions;
  const server = await sharedPostgres(major);
  await using session = await opened(server.url());
  const files = await (async () => {
    await using reach = await toolAccess(session, { major });
    const { PGSERVICEFILE: service = '', PGPASSFILE: passwords = '' } = reach.env;
    for (const file of [service, passwords])
      expect((await stat(file)).mode & 0o777, file).toBe(0o600);
    expect((await stat(dirname(service))).mode & 0o777).toBe(0o700);
    return [service, passwords, dirname(service)];
  })();
  for (const file of files) await expect(access(file), file).rejects.toThrow('ENOENT');
});
