import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Environment, OpenOptions } from '../../../src/engines/engine.ts';
import { parsePostgresTarget, type PostgresTarget } from '../../../src/engines/postgres/target.ts';
import { JemError } from '../../../src/errors.ts';
import { temporaryFolder, type TemporaryFolder } from '../../support/folders.ts';

let home: TemporaryFolder;
beforeAll(async () => {
  home = await temporaryFolder();
});
afterAll(() => home[Symbol.asyncDispose]());

type Variables = Readonly<Record<string, string>>;

function parse(text: string, env: Variables = {}, at = home.path): Promise<PostgresTarget> {
  const environment: Environment = { env, cwd: home.path, home: at, user: 'os-user' };
  return parsePostgresTarget(text, environment);
}

async function refusalOf(text: string, env: Variables = {}): Promise<JemError> {
  const reason: unknown = await parse(text, env).catch((error: unknown) => error);
  if (reason instanceof JemError && reason.code === 'bad-database-url') return reason;
  throw new Error(`not refused: ${text}`, { cause: reason });
}

const said = ({ message, details }: JemError): string =>
  `${message}\n${details.why}\n${details.hint}`;

describe('display', () => {
  test.each([
    ['postgres://app:pw@db.example/jem', 'postgres://app@db.example:5432/jem'],
    ['postgres://app@h1:5433,h2/jem', 'postgres://app@h1:5433,h2:5432/jem'],
    ['postgres://app@[2001:db8::1]:5433/jem', 'postgres://app@[2001:db8::1]:5433/jem'],
    ['postgres://app@/jem?host=/run/pg', 'postgres://app@/jem?host=/run/pg'],
    ['host=/run/pg port=5433 user=app dbname=jem', 'postgres://app@/jem?host=/run/pg&port=5433'],
    ['host=/run/a,h2 user=app dbname=jem', 'postgres://app@%2Frun%2Fa:5432,h2:5432/jem'],
    ['host=@abstract user=app dbname=jem', 'postgres://app@/jem?host=@abstract'],
    ['hostaddr=10.0.0.1 user=app dbname=jem', 'postgres://app@10.0.0.1:5432/jem'],
    ['postgres://a%40b%3Ac@h/x%3Fy%23z%2Fé%0A', 'postgres://a%40b%3Ac@h:5432/x%3Fy%23z/é%0A'],
    ['postgres://app@h/a%20b%25', 'postgres://app@h:5432/a%20b%25'],
  ])('%s', async (text, display) => {
    expect((await parse(text)).display).toBe(display);
  });
});

describe('understood', () => {
  test('names everything but secrets', async () => {
    const text =
      'postgresql+psycopg2://app:hidden@h1:5433,h2/jem?hostaddr=10.0.0.1,10.0.0.2' +
      '&sslmode=require&sslpassword=hidden&oauth_client_secret=hidden&application_name=a+b' +
      '&pool_size=10&max_overflow=20&pool_timeout=30&pool_recycle=-1&pool_pre_ping=true';
    const { understood, conninfo } = await parse(text, { PGCONNECT_TIMEOUT: '3' });
    expect(understood).toEqual({
      engine: 'postgres',
      driver: 'psycopg2',
      hosts: [
        { host: 'h1', hostaddr: '10.0.0.1', port: 5433 },
        { host: 'h2', hostaddr: '10.0.0.2', port: 5432 },
      ],
      database: 'jem',
      user: 'app',
      passwordSet: true,
      passwordFrom: 'url',
      sslmode: 'require',
      params: {
        application_name: 'a b',
        connect_timeout: '3',
        pool_size: '10',
        max_overflow: '20',
        pool_timeout: '30',
        pool_recycle: '-1',
        pool_pre_ping: 'true',
      },
    });
    expect(conninfo.params).toMatchObject({ sslpassword: 'hidden' });
    expect(conninfo.params).not.toHaveProperty('pool_size');
  });

  test('without anything given: the defaults', async () => {
    const { understood } = await parse('');
    expect(understood).toEqual({
      engine: 'postgres',
      hosts: [{ host: expect.stringMatching(/^\/(var\/run\/postgresql|tmp)$/), port: 5432 }],
      database: 'os-user',
      user: 'os-user',
      passwordSet: false,
      sslmode: 'prefer',
      params: {},
    });
  });

  test('an address without a name stands for the host', async () => {
    const { understood, conninfo } = await parse('hostaddr=::1');
    expect(understood['hosts']).toEqual([{ host: '::1', hostaddr: '::1', port: 5432 }]);
    expect(conninfo.hosts).toEqual([{ host: '', hostaddr: '::1', port: 5432 }]);
  });
});

describe('a password with an unencoded sign', () => {
  const options: OpenOptions = {
    signal: new AbortController().signal,
    applicationName: 'test',
    connectTimeout: 1000,
    mode: 'read',
    warn: () => undefined,
  };

  test('an @: warned of, hidden, and never looked up', async () => {
    const target = await parse('postgres://app:se@cr@et@db.example:5433/jem');
    expect(target.conninfo.hosts[0]).toMatchObject({ host: 'cr@et@db.example', password: 'se' });
    expect(target.display).toBe('postgres://app@***@db.example:5433/jem');
    expect(target.understood['hosts']).toEqual([{ host: '***@db.example', port: 5433 }]);
    expect(target.warnings.map(({ code }) => code)).toEqual(['unencoded-at-sign']);
    await expect(target.open(options)).rejects.toMatchObject({
      code: 'bad-database-url',
      details: { hint: expect.stringContaining('%40') },
    });
  });

  test('an @ and a comma: the piece before the comma is hidden too', async () => {
    const target = await parse('postgres://app:se@cr,et:77@/jem').catch(() => null);
    expect(target).toBeNull();
    const { display, understood } = await parse('postgres://app:se@cr,et@db.example/jem');
    expect(display + JSON.stringify(understood)).not.toMatch(/cr|et@/);
  });

  test.each([
    ['a slash', 'postgres://app:12/34@db.example/jem', '34'],
    ['a slash behind letters', 'postgres://app:abc/def@db.example/jem', 'abc'],
    ['an @ and a slash', 'postgres://app:s@abc/def@db.example/jem', 'abc'],
    ['an @ and a question mark', 'postgres://app:s@abc?def@db.example/jem', 'def'],
    ['an @ in the path and a question mark', 'postgres:///app@x:s?abc=d', 'abc'],
    ['a missing host', 'postgres://app:abc/jem', 'abc'],
    ['a user of Azure', 'postgres://app@server:abc@db.example/jem', 'abc'],
    ['a value of a parameter', 'postgres://app:s@h?sslmode=abc@db.example/jem', 'abc'],
    ['a URL as PGHOST', 'postgres:///?host=postgres://u:abc@h', 'abc'],
    ['a URL as dbname', 'dbname=postgres://u:abc@h/db', 'abc'],
    ['a word of a key=value text', 'password=x abc host=h', 'abc'],
    ['a name of a key=value text', 'password=x abc=y host=h', 'abc'],
  ])('%s: refused without a piece of it', async (_, text, piece) => {
    expect(said(await refusalOf(text))).not.toContain(piece);
  });

  test('a % is refused with what to write', async () => {
    const error = await refusalOf('postgres://app:100%safe@h/jem');
    expect(said(error)).toContain('% is %25');
    expect(said(error)).not.toContain('100');
  });

  test('bytes that are not UTF-8 are refused', async () => {
    expect((await refusalOf('postgres://app:%FF@h/jem')).details.why).toContain('UTF-8');
  });
});

describe('unknown parameters', () => {
  test.each([
    ['postgres://h/db?sslmod=require', /"sslmod"[^]*Did you mean sslmode\?/],
    ['postgres://h/db?aplication_name=x', /Did you mean application_name\?/],
    ['postgres://h/db?poolsize=5', /Did you mean pool_size\?/],
    ['postgres://h/db?schema=public', /"schema"[^]*search_path/],
    ['postgres://h/db?pgbouncer=true', /"pgbouncer"[^]*Leave it out/],
    ['postgres://h/db?statement_timeout=5s', /options=-c/],
    ['postgres://h/db?ssl=false', /sslmode=disable/],
    ['postgres://h/db?zebra=1', /"zebra"[^]*Leave it out/],
    ['host=h sslmod=require', /Did you mean sslmode\?/],
    ['host=h zebra=1', /"zebra"/],
  ])('%s', async (text, words) => {
    expect(said(await refusalOf(text))).toMatch(words);
  });

  test('pool words belong into a URL, and are checked', async () => {
    expect(said(await refusalOf('postgres://h/db?pool_size=many'))).toContain('pool_size "many"');
    expect(said(await refusalOf('postgres://h/db?pool_pre_ping=7'))).toContain('true or false');
    await refusalOf('host=h pool_size=5');
  });
});

describe('refused as libpq refuses it when it connects', () => {
  test.each([
    ['host=h port=0', /1 and 65535/],
    ['host=h port=65536', /1 and 65535/],
    ['host=h1,h2 port=1,x', /host 2 of 2/],
    ['host=h1,h2 port=1,2,3', /3 ports for 2 hosts/],
    ['host=h1,h2 hostaddr=127.0.0.1', /2 host names for 1 addresses/],
    ['hostaddr=localhost', /no IP address/],
    [`host=/${'x'.repeat(100)}`, /too long/],
    ['sslmode=verify', /one of disable, allow/],
    ['sslmode=prefered', /Did you mean prefer\?/],
    ['sslmode=', /invalid sslmode ""/],
    ['sslrootcert=system sslmode=verify-ca', /verify-ca is too weak/],
    ['sslnegotiation=direct', /prefer is too weak/],
    ['target_session_attrs=master', /primary/],
    ['load_balance_hosts=yes', /random/],
    ['channel_binding=on', /prefer, require/],
    ['gssencmode=on', /disable, prefer/],
    ['sslcertmode=on', /disable, allow/],
    ['min_protocol_version=3.1', /3\.0, 3\.2, latest/],
    ['min_protocol_version=3.2 max_protocol_version=3.0', /protocol version is above/],
    ['ssl_min_protocol_version=1.2', /TLSv1\.2/],
    ['ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=tlsv1.2', /TLS version is above/],
    ['ssl_max_protocol_version=TLSv1.1', /TLSv1\.2 unless given/],
    ['require_auth=md5,!password', /require_auth/],
    ['require_auth=md5,md5', /each once/],
    ['require_auth=kerberos', /"kerberos"/],
    ['connect_timeout=5s', /connect_timeout "5s"/],
    ['keepalives_idle=99999999999', /whole number/],
  ])('%s', async (text, words) => {
    expect(said(await refusalOf(text))).toMatch(words);
  });

  test.each([
    'sslrootcert=system sslmode=verify-full',
    'sslrootcert=system sslnegotiation=direct',
    'min_protocol_version=3.2 max_protocol_version=latest',
    'ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=TLSv1.3',
    'ssl_min_protocol_version=tlsv1 ssl_max_protocol_version=TLSv1.1',
    'require_auth=!md5,!none',
    "port=' +5433 '",
    'host=a,b,c port=5433',
    'keepalives_idle=-1 connect_timeout=0',
  ])('but not %s', async (text) => {
    expect((await parse(text)).warnings).toEqual([]);
  });
});

describe('what the environment and the service file fill in', () => {
  test('the text wins, then the service, then the environment', async () => {
    const file = join(home.path, 'services.conf');
    await writeFile(
      file,
      '# all\n[one]\nuser=first\nuser=again\n\n[app]\n  host=svc\nport=5433\nuser=svc\npassword=svc\n[app]\nsslmode=require\n',
    );
    const env = { PGSERVICEFILE: file, PGUSER: 'env', PGDATABASE: 'env', PGSSLMODE: 'allow' };
    const { conninfo } = await parse('postgres://text@/?service=app', env);
    expect(conninfo).toMatchObject({
      hosts: [{ host: 'svc', port: 5433, password: 'svc' }],
      user: 'text',
      database: 'env',
      passwordFrom: 'service-file',
      sslmode: 'allow',
    });
    const one = await parse('', { PGSERVICEFILE: file, PGSERVICE: 'one' });
    expect(one.conninfo.user).toBe('first');
  });

  test('~/.pg_service.conf, then the folder of PGSYSCONFDIR', async () => {
    await using other = await temporaryFolder();
    await mkdir(join(other.path, 'etc'));
    await writeFile(join(other.path, '.pg_service.conf'), '[mine]\nhost=own\n');
    await writeFile(join(other.path, 'etc/pg_service.conf'), '[mine]\nhost=no\n[all]\nhost=sys\n');
    const env = { PGSYSCONFDIR: join(other.path, 'etc') };
    const mine = await parse('service=mine', env, other.path);
    const all = await parse('service=all', env, other.path);
    expect([mine, all].map(({ conninfo }) => conninfo.hosts[0]?.host)).toEqual(['own', 'sys']);
  });

  test.each([
    ['nonsense', /no =/],
    ['hots=h', /no parameter of PostgreSQL/],
    ['host = h', /no parameter of PostgreSQL/],
    ['service=other', /another service/],
    ['ldap://h', /LDAP/],
    [`host=${'x'.repeat(1020)}`, /too long/],
  ])('a service file with the line %s is refused', async (line, why) => {
    const file = join(home.path, 'broken.conf');
    await writeFile(file, `[app]\n${line}\n`);
    const error = await refusalOf('service=app', { PGSERVICEFILE: file });
    expect(error.message).toBe(`The service file ${file} is malformed at line 2`);
    expect(error.details.why).toMatch(why);
  });

  test('an unknown service, and a service file that is not there', async () => {
    expect(said(await refusalOf('service=none'))).toMatch(/"none"[^]*\.pg_service\.conf/);
    const env = { PGSERVICEFILE: join(home.path, 'absent') };
    expect(said(await refusalOf('service=none', env))).toMatch(/absent cannot be read/);
  });

  test('PGREQUIRESSL, and settings for the server', async () => {
    const env = { PGREQUIRESSL: '1', PGTZ: 'UTC', PGDATESTYLE: 'default', PGGEQO: 'off' };
    const { conninfo } = await parse('', env);
    expect(conninfo.sslmode).toBe('require');
    expect(conninfo.settings).toEqual({ timezone: 'UTC', geqo: 'off' });
    expect((await parse('sslmode=disable', env)).conninfo.sslmode).toBe('disable');
  });
});

describe('the password file', () => {
  async function passfile(text: string, mode = 0o600): Promise<string> {
    const file = join(home.path, 'passfile');
    await writeFile(file, text);
    await chmod(file, mode);
    return file;
  }

  test('has a line for each host; the first that matches counts', async () => {
    const file = await passfile(
      '#h1:*:*:*:comment\nh1:5433:*:app:one\nh1:*:*:*:late\nh2:*:jem:*:t\\:w\\\\o:rest\r\n',
    );
    const { conninfo } = await parse('postgres://app@h1:5433,h2,h3/jem', { PGPASSFILE: file });
    expect(conninfo.hosts.map(({ password }) => password)).toEqual(['one', 't:w\\o', undefined]);
    expect(conninfo.passwordFrom).toBe('password-file');
  });

  test('finds an escaped colon, an IPv6 address, hostaddr and the default socket', async () => {
    const file = await passfile(
      '\\:\\:1:*:a\\:b:*:six\n10.0.0.1:*:*:*:address\nlocalhost:*:*:*:socket\n\\*:*:*:*:star\n',
    );
    const passwordOf = async (text: string): Promise<string | undefined> =>
      (await parse(text, { PGPASSFILE: file })).conninfo.hosts[0]?.password;
    expect(await passwordOf('postgres://[::1]/a:b')).toBe('six');
    expect(await passwordOf('hostaddr=10.0.0.1')).toBe('address');
    expect(await passwordOf('hostaddr=10.0.0.1 host=other')).toBeUndefined();
    expect(await passwordOf('dbname=x')).toBe('socket');
    expect(await passwordOf('host=other')).toBeUndefined();
  });

  test('is not looked at where a password is given, and is where it is empty', async () => {
    const file = await passfile('*:*:*:*:filed\n');
    const given = await parse('postgres://u:p@h', { PGPASSFILE: file });
    expect(given.conninfo).toMatchObject({ passwordFrom: 'url', hosts: [{ password: 'p' }] });
    const empty = await parse("host=h password=''", { PGPASSFILE: file, PGPASSWORD: 'env' });
    expect(empty.conninfo.hosts[0]?.password).toBe('filed');
  });

  test.each([0o640, 0o604, 0o644])('is ignored with mode %o', async (mode) => {
    const file = await passfile('*:*:*:*:filed\n', mode);
    const { conninfo, warnings } = await parse('host=h', { PGPASSFILE: file });
    expect(conninfo.hosts[0]).not.toHaveProperty('password');
    expect(warnings).toEqual([
      { code: 'password-file-ignored', message: expect.stringMatching(/others may read.*0600/) },
    ]);
  });

  test('that is a folder, or named and not there, is warned of', async () => {
    const folder = await parse('host=h', { PGPASSFILE: home.path });
    expect(folder.warnings[0]?.message).toContain('not a plain file');
    const absent = await parse('postgres://h?passfile=absent');
    expect(absent.warnings[0]?.message).toContain(join(home.path, 'absent'));
    expect((await parse('postgres://h')).warnings).toEqual([]);
  });
});
