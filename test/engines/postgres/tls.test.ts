import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, type TemporaryFolder } from '../../support/folders.ts';
import { postgresVersions, startPostgres, type PostgresServer } from '../../support/postgres.ts';
import { createAuthority, selfSigned, type Authority, type Certificate } from './certificates.ts';
import { byPsql, byUs } from './psql.ts';

const local = 'DNS:localhost,IP:127.0.0.1,IP:::1';

let folder: TemporaryFolder;
let authority: Authority;
let other: Authority;
let certificates: Readonly<Record<string, Certificate>>;
/** Homes without certificates, with the authority, and with another one. */
let homes: Readonly<Record<string, string>>;
let listFile: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  authority = await createAuthority(folder.path, 'authority');
  other = await createAuthority(folder.path, 'other');
  certificates = {
    good: await authority.issue('good', { name: 'good', alternatives: local }),
    'self-signed': await selfSigned(folder.path, 'self', { name: 'self', alternatives: local }),
    expired: await authority.issue('expired', { name: 'x', alternatives: local, days: -1 }),
    'wrong host': await authority.issue('wrong', {
      name: 'localhost',
      alternatives: 'DNS:db.example',
    }),
    'common name': await authority.issue('common', { name: 'localhost' }),
    'name for an address': await authority.issue('address', {
      name: '127.0.0.1',
      alternatives: 'DNS:localhost',
    }),
    revoked: await authority.issue('revoked', { name: 'revoked', alternatives: local }),
  };
  listFile = await authority.revocationList(of(certificates, 'revoked'));
  homes = {
    empty: join(folder.path, 'home-empty'),
    authority: await homeWith('home-authority', authority),
    other: await homeWith('home-other', other),
  };
  await mkdir(of(homes, 'empty'), { recursive: true });
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

function of<T>(table: Readonly<Record<string, T>>, name: string): T {
  const found = table[name];
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

async function homeWith(name: string, { certificateFile }: Certificate): Promise<string> {
  const home = join(folder.path, name);
  await mkdir(join(home, '.postgresql'), { recursive: true });
  await copyFile(certificateFile, join(home, '.postgresql', 'root.crt'));
  return home;
}

async function tlsServer(
  bin: string,
  { certificate, key }: Certificate,
  more: { readonly conf?: readonly string[]; readonly hba?: readonly string[] } = {},
): Promise<PostgresServer> {
  return startPostgres({
    bin,
    conf: [
      'ssl = on',
      "ssl_ca_file = 'ca.crt'",
      "listen_addresses = '127.0.0.1,::1'",
      ...(more.conf ?? []),
    ],
    hba: more.hba ?? [],
    files: { 'server.crt': certificate, 'server.key': key, 'ca.crt': authority.certificate },
  });
}

function urlOf(
  server: PostgresServer,
  host: string,
  params: Readonly<Record<string, string>>,
): string {
  return server.url('postgres', params).replace('@127.0.0.1:', `@${host}:`);
}

/** Both must come to the same result; psql's words help where they do not. */
async function agree(
  url: string,
  home = of(homes, 'empty'),
  env: Readonly<Record<string, string>> = {},
) {
  const [psql, us] = await Promise.all([byPsql(url, { home, env }), byUs(url, { home, env })]);
  expect(us.result, `we: ${us.words}\npsql: ${psql.words}`).toBe(psql.result);
  return us;
}

const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];
const hosts = ['localhost', '127.0.0.1', '[::1]'];
const roots = [
  'none',
  'given',
  'given, of another',
  'given, missing',
  'at home',
  'at home, of another',
  'system',
];

function rootSettings(root: string) {
  const sslrootcert = {
    given: authority.certificateFile,
    'given, of another': other.certificateFile,
    'given, missing': '/nowhere/root.crt',
    system: 'system',
  }[root];
  const home = { 'at home': 'authority', 'at home, of another': 'other' }[root] ?? 'empty';
  return {
    home: of(homes, home),
    params: sslrootcert === undefined ? {} : { sslrootcert },
    env: root === 'system' ? { SSL_CERT_FILE: authority.certificateFile } : {},
  };
}

describe.for(postgresVersions())('TLS of PostgreSQL $major, beside psql', ({ bin, major }) => {
  describe.for([
    'good',
    'self-signed',
    'expired',
    'wrong host',
    'common name',
    'name for an address',
  ])('certificate: %s', (name) => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await tlsServer(bin, of(certificates, name));
    });
    afterAll(() => server[Symbol.asyncDispose]());

    it.for(modes.flatMap((sslmode) => roots.map((root) => [sslmode, root] as const)))(
      'sslmode=%s, root certificate: %s',
      async ([sslmode, root]) => {
        const { home, params, env } = rootSettings(root);
        for (const host of hosts) {
          await agree(urlOf(server, host, { sslmode, ...params }), home, env);
        }
      },
    );

    it('hostaddr connects, host is verified', async () => {
      for (const [host, hostaddr] of [
        ['localhost', '127.0.0.1'],
        ['db.example', '127.0.0.1'],
        ['db.example', '::1'],
      ]) {
        const url = urlOf(server, String(host), {
          sslmode: 'verify-full',
          sslrootcert: authority.certificateFile,
          hostaddr: String(hostaddr),
        });
        await agree(url);
      }
    });
  });

  it('a unix socket never uses TLS, whatever sslmode says', async () => {
    await using server = await tlsServer(bin, of(certificates, 'good'), {
      hba: ['local all all trust'],
    });
    for (const sslmode of modes) {
      const url = `postgres://postgres@/postgres?host=${server.socketFolder}&port=${server.port}&sslmode=${sslmode}`;
      expect((await agree(url)).result).toBe('plain');
    }
  });

  it('a server without TLS', async () => {
    await using server = await startPostgres({ bin });
    for (const sslmode of modes) {
      await agree(server.url('postgres', { sslmode, sslrootcert: authority.certificateFile }));
    }
    const { error } = await agree(server.url('postgres', { sslmode: 'require' }));
    expect(error).toMatchObject({ code: 'tls-not-offered', exitCode: 4 });
  });

  it.for(['hostssl', 'hostnossl'])('a server that lets in by %s alone', async (kind) => {
    await using server = await tlsServer(bin, of(certificates, 'good'), {
      hba: [`${kind} all all all scram-sha-256`, 'host all all all reject'],
    });
    for (const sslmode of modes) await agree(server.url('postgres', { sslmode }));
    const expected = { hostssl: 'TLS', hostnossl: 'plain' }[kind];
    for (const sslmode of ['allow', 'prefer']) {
      expect((await agree(server.url('postgres', { sslmode }))).result).toBe(expected);
    }
  });

  it.for([
    [{}, {}],
    [{ ssl_min_protocol_version: 'TLSv1.3' }, {}],
    [{ ssl_max_protocol_version: 'TLSv1.2' }, {}],
    [{ ssl_min_protocol_version: 'tlsv1.2', ssl_max_protocol_version: 'TLSv1.3' }, {}],
  ] as const)('protocol versions %j', async ([params]) => {
    await using old = await tlsServer(bin, of(certificates, 'good'), {
      conf: ["ssl_max_protocol_version = 'TLSv1.2'"],
    });
    await using strict = await tlsServer(bin, of(certificates, 'good'), {
      conf: ["ssl_min_protocol_version = 'TLSv1.3'"],
    });
    for (const server of [old, strict]) {
      for (const sslmode of ['prefer', 'require']) {
        await agree(server.url('postgres', { sslmode, ...params }));
      }
    }
  });

  it('TLS 1.2 alone against a minimum of 1.3 is told as such', async () => {
    await using server = await tlsServer(bin, of(certificates, 'good'), {
      conf: ["ssl_max_protocol_version = 'TLSv1.2'"],
    });
    const { error } = await agree(
      server.url('postgres', { sslmode: 'require', ssl_min_protocol_version: 'TLSv1.3' }),
    );
    expect(error).toMatchObject({ code: 'tls-protocol', class: 'tls', exitCode: 4 });
  });

  it('sslnegotiation=direct works from PostgreSQL 17 on', async () => {
    await using server = await tlsServer(bin, of(certificates, 'good'));
    const { result } = await agree(
      server.url('postgres', { sslmode: 'require', sslnegotiation: 'direct' }),
    );
    expect(result).toBe(major >= 17 ? 'TLS' : 'refused');
  });

  it.for(['disable', 'prefer', 'require'])('channel_binding=%s', async (channel_binding) => {
    await using server = await tlsServer(bin, of(certificates, 'good'));
    for (const sslmode of ['disable', 'require']) {
      await agree(server.url('postgres', { sslmode, channel_binding }));
    }
  });

  it('a revoked certificate', async () => {
    await using server = await tlsServer(bin, of(certificates, 'revoked'));
    const params = { sslmode: 'verify-full', sslrootcert: authority.certificateFile };
    expect((await agree(server.url('postgres', params))).result).toBe('TLS');
    const { error } = await agree(server.url('postgres', { ...params, sslcrl: listFile }));
    expect(error).toMatchObject({ code: 'tls-untrusted' });
  });

  it('SNI carries the name, unless it is an address or sslsni=0', async () => {
    await using server = await tlsServer(bin, of(certificates, 'good'));
    for (const sslsni of ['0', '1']) {
      expect((await agree(urlOf(server, 'localhost', { sslmode: 'require', sslsni }))).result).toBe(
        'TLS',
      );
    }
  });
});

describe.for(postgresVersions())('client certificates of PostgreSQL $major', ({ bin }) => {
  let server: PostgresServer;
  let mine: Certificate;
  let foreign: Certificate;
  beforeAll(async () => {
    server = await tlsServer(bin, of(certificates, 'good'), {
      hba: ['hostssl all all all cert', 'hostnossl all all all reject'],
    });
    mine = await authority.issue('client', { name: 'postgres' });
    foreign = await other.issue('client-foreign', { name: 'postgres' });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const withFiles = (sslcert: string, sslkey: string, more: Record<string, string> = {}) =>
    server.url('postgres', { sslmode: 'require', sslcert, sslkey, ...more });

  it('lets in who has one', async () => {
    expect((await agree(withFiles(mine.certificateFile, mine.keyFile))).result).toBe('TLS');
  });

  it('asks for one where there is none, or it is held back', async () => {
    const { error } = await agree(server.url('postgres', { sslmode: 'require' }));
    expect(error).toMatchObject({ code: 'client-certificate-needed', class: 'auth' });
    await agree(withFiles(mine.certificateFile, mine.keyFile, { sslcertmode: 'disable' }));
    await agree(withFiles('/nowhere/client.crt', mine.keyFile));
  });

  it('refuses one of another authority', async () => {
    const { error } = await agree(withFiles(foreign.certificateFile, foreign.keyFile));
    expect(error).toMatchObject({ code: 'tls-failed', exitCode: 4 });
  });

  it('refuses a key that does not fit, is missing, or is open to others', async () => {
    const open = join(folder.path, 'open.key');
    await copyFile(mine.keyFile, open);
    await chmod(open, 0o644);
    for (const key of [foreign.keyFile, '/nowhere/client.key', open]) {
      expect((await agree(withFiles(mine.certificateFile, key))).result).toBe('refused');
    }
    const { error } = await byUs(withFiles(mine.certificateFile, open), {});
    expect(error).toMatchObject({ code: 'file-unreadable' });
  });

  it('finds certificate and key in the home', async () => {
    const home = join(folder.path, 'home-client');
    await mkdir(join(home, '.postgresql'), { recursive: true });
    await copyFile(mine.certificateFile, join(home, '.postgresql', 'postgresql.crt'));
    await copyFile(mine.keyFile, join(home, '.postgresql', 'postgresql.key'));
    expect((await agree(server.url('postgres', { sslmode: 'require' }), home)).result).toBe('TLS');
  });

  it('reads encrypted keys and keys in DER', async () => {
    const encrypted = join(folder.path, 'encrypted.key');
    const der = join(folder.path, 'client.der');
    await execa('openssl', [
      'pkcs8',
      '-topk8',
      '-in',
      mine.keyFile,
      '-out',
      encrypted,
      '-passout',
      'pass:of the key',
    ]);
    await execa('openssl', [
      'pkcs8',
      '-topk8',
      '-nocrypt',
      '-in',
      mine.keyFile,
      '-outform',
      'DER',
      '-out',
      der,
    ]);
    await Promise.all([encrypted, der].map((file) => chmod(file, 0o600)));
    for (const sslpassword of ['of the key', 'not the one']) {
      await agree(withFiles(mine.certificateFile, encrypted, { sslpassword }));
    }
    const { error } = await byUs(
      withFiles(mine.certificateFile, encrypted, { sslpassword: 'not the one' }),
      {},
    );
    expect(error).toMatchObject({ code: 'tls-failed' });
    expect(JSON.stringify(error)).not.toContain('not the one');
    expect((await agree(withFiles(mine.certificateFile, der))).result).toBe('TLS');
  });
});
