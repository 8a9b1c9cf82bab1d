import { open, readFile, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { Client } from 'pg';
import { temporaryFolder } from '../../../support/folders.ts';
import { serverUser } from '../../../support/os-user.ts';
import { password } from '../../../support/postgres-server.ts';
import { type PostgresServer, startPostgres } from '../../../support/postgres.ts';
import { selfSigned } from '../certificates.ts';

/** A server with all defects of planted.ts and planted-security.ts. */
export interface PlantedServer extends AsyncDisposable {
  readonly server: PostgresServer;
  /** Its database with the defects, for the superuser or another role; with TLS. */
  urlOf(role?: string): string;
  /** The same as from another machine, without TLS. */
  readonly awayUrl: string;
  client(): Client;
  /** Runs SQL as the superuser, in the database with the defects unless told. */
  sql(text: string, database?: string): Promise<string>;
  mendHba(): Promise<void>;
  /** Has the pages of a stopped server checked from its next start on. */
  enableChecksums(): Promise<void>;
  /** Overwrites some bytes in the first page of a table's file. */
  damage(path: string): Promise<void>;
}

const days = 3;

export async function plantedServer(bin: string): Promise<PlantedServer> {
  const server = await badServer(bin);
  const database = new URL(await server.createDatabase()).pathname.slice(1);
  const sql = (text: string, where = database) => server.psql(text, where);
  for (const file of ['planted-roles.sql', 'planted-structure.sql'])
    await sql(await readFile(join(import.meta.dirname, file), 'utf8'));
  // In a session of its own: the one that loads tells its rows late, and they are counted twice.
  await sql('ANALYZE');
  // Not loaded: the server would refuse to start with it.
  const hba = join(server.dataFolder, 'pg_hba.conf');
  const sound = await readFile(hba, 'utf8');
  await writeFile(hba, `${sound}\nhost all all 10.0.0.0/8 nonsense\n`);
  const away = new URL(server.url(database, { sslmode: 'disable' }));
  away.hostname = ownAddress();
  const shop = applicationOf(away);
  await shop.connect();
  return {
    server,
    sql,
    awayUrl: away.href,
    urlOf: (role = 'postgres') => {
      const url = new URL(server.url(database, { sslmode: 'require' }));
      url.username = role;
      return url.href;
    },
    client: () => {
      const client = new Client({
        connectionString: server.url(database),
        application_name: 'psql',
      });
      client.on('error', () => {});
      return client;
    },
    mendHba: () => writeFile(hba, sound),
    async enableChecksums() {
      const program = join(bin, 'pg_checksums');
      // Where they are on already, it says so and fails.
      await execa(program, ['--enable', '--no-sync', '-D', server.dataFolder], {
        ...serverUser(),
        reject: false,
      });
    },
    async damage(path) {
      await using file = await open(path, 'r+');
      await file.write(Buffer.from('damaged'), 0, 7, 8000);
    },
    async [Symbol.asyncDispose]() {
      await shop.end().catch(() => {});
      await server[Symbol.asyncDispose]();
    },
  };
}

async function badServer(bin: string): Promise<PostgresServer> {
  await using folder = await temporaryFolder();
  const { certificate, key } = await selfSigned(folder.path, 'server', { name: 'planted', days });
  return await startPostgres({
    bin,
    conf: [
      ...["listen_addresses = '*'", "password_encryption = 'md5'", 'ssl = on'],
      ...["ssl_min_protocol_version = 'TLSv1.2'", "log_line_prefix = '%m [%p] '"],
    ],
    hba: [
      'host all trusted 127.0.0.1/32 trust',
      'host all old 127.0.0.1/32 md5',
      'host all all 0.0.0.0/0 scram-sha-256',
    ],
    files: { 'server.crt': certificate, 'server.key': key },
  });
}

/** An application that owns its tables, and comes over the network without TLS. */
function applicationOf(away: URL): Client {
  const client = new Client({
    ...{ host: away.hostname, port: Number(away.port), database: away.pathname.slice(1) },
    ...{ user: 'shop_owner', password, ssl: false, application_name: 'shop' },
  });
  client.on('error', () => {});
  return client;
}

/** An address of this machine that is not its loopback. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  const found = all.find(({ family, internal }) => family === 'IPv4' && !internal);
  if (!found) throw new Error('this machine has no address but its loopback');
  return found.address;
}
