import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Interrupted, JemError } from '../../../src/errors.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { startPgBouncer } from '../../support/pgbouncer.ts';
import { password } from '../../support/postgres-server.ts';
import { postgresVersions, sharedPostgres, startPostgres } from '../../support/postgres.ts';
import { signalProcess } from '../../support/processes.ts';
import { until } from '../../support/until.ts';
import { createAuthority } from './certificates.ts';
import { opened } from './connecting.ts';
import { expectNowhere, rowOfTheUser } from './fault-cases.ts';
import { untilActive } from './fault-servers.ts';
import { byPsql, byUs } from './psql.ts';

const settings = `select current_setting('TimeZone') as zone, current_setting('client_encoding') as encoding,
  current_setting('application_name') as name, current_setting('geqo') as geqo`;
const usual = { zone: 'UTC', encoding: 'UTF8', name: 'jem-db', geqo: 'on' };

describe.for(postgresVersions())('a session of PostgreSQL $major', ({ major, bin }) => {
  it('tells who answered, and reads values without losing anything', async () => {
    const server = await sharedPostgres(major);
    await using session = await opened(server.url());
    const [row] = await session.query(
      `select 9007199254740993::int8 as big, 1.10::numeric as exact, true as yes, 7 as small,
        '\\x00ff'::bytea as bytes, null as nothing, '{"a":1}'::jsonb as json, 0.1::float8 as float,
        '2026-11-21 02:00:00.123456+00'::timestamptz as moment, '2026-11-21'::date as day,
        '2026-11-21 02:00:00'::timestamp as local, 'infinity'::timestamptz as never, '中' as text`,
    );
    expect(row).toEqual({
      big: '9007199254740993',
      exact: '1.10',
      yes: true,
      small: 7,
      bytes: Buffer.from([0, 255]),
      nothing: null,
      json: '{"a": 1}',
      float: 0.1,
      moment: '2026-11-21T02:00:00.123456Z',
      day: '2026-11-21',
      local: '2026-11-21T02:00:00',
      never: 'infinity',
      text: '中',
    });
    expect(session.serverVersion).toMatch(new RegExp(`^${major}\\.\\d+$`));
    expect(session.server).toBe(`127.0.0.1:${server.port}`);
    const [own] = await session.query('select pg_backend_pid() as pid');
    expect(own).toEqual({ pid: session.backendPid });
  });

  it('takes parameters of every kind', async () => {
    const server = await sharedPostgres(major);
    await using session = await opened(server.url());
    const bytes = new Uint8Array([0, 1, 255]);
    const [row] = await session.query(
      'select $1::int8 as big, $2::text as text, $3::bool as yes, $4::bytea as bytes, $5::int as none',
      [9007199254740993n, "it's", false, bytes, null],
    );
    expect(row).toEqual({
      big: '9007199254740993',
      text: "it's",
      yes: false,
      bytes: Buffer.from(bytes),
      none: null,
    });
  });

  it('sets what the URL leaves open, and nothing that it says', async () => {
    const server = await sharedPostgres(major);
    const asked = async (params: Record<string, string>, env: Record<string, string> = {}) => {
      const url = server.url('postgres', params).replaceAll('+', '%20');
      await using session = await opened(url, { env });
      const [row] = await session.query(settings);
      return row;
    };
    expect(await asked({})).toEqual(usual);
    expect(await asked({ application_name: 'mine', client_encoding: 'LATIN1' })).toEqual({
      ...usual,
      name: 'mine',
    });
    expect(await asked({ options: '-c geqo=off' })).toEqual({ ...usual, geqo: 'off' });
    expect(await asked({ options: '-c TimeZone=Europe/Berlin' })).toEqual({
      ...usual,
      zone: 'Europe/Berlin',
    });
    await expect(asked({ options: '-c nope=1' })).rejects.toMatchObject({ code: 'bad-setting' });
    expect(await asked({}, { PGTZ: 'Asia/Tokyo' })).toEqual({ ...usual, zone: 'Asia/Tokyo' });
  });

  it('dates are ISO text whatever the database prefers, and literals keep its order', async () => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    await server.psql(
      `alter database ${new URL(url).pathname.slice(1)} set datestyle = 'German, DMY'`,
    );
    await using session = await opened(url);
    const [row] = await session.query(`select '01.02.2026'::date as day`);
    expect(row).toEqual({ day: '2026-02-01' });
  });

  it('tells no value of a row but as data', async () => {
    const server = await sharedPostgres(major);
    await using session = await opened(server.url());
    const error = await session.query(`select '${rowOfTheUser}'::int`).catch((one: unknown) => one);
    if (!(error instanceof JemError)) throw error;
    const { data, ...shown } = error.details;
    expect(data).toContain(rowOfTheUser);
    expectNowhere({ ...shown, message: error.message, stack: error.stack }, rowOfTheUser);
    expect(error.message).toContain('invalid input syntax for type integer');
  });

  it('keeps the line alive, so that a peer that is gone is noticed', async () => {
    const server = await sharedPostgres(major);
    await using session = await opened(server.url());
    const { stream } = session.client.connection;
    if (!(stream instanceof Socket)) throw new Error('no socket');
    const port = (stream.localPort ?? 0).toString(16).toUpperCase().padStart(4, '0');
    // The sixth column is the timer that runs; 02 is the one of keepalive.
    await until('the timer of keepalive', async () => {
      const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n');
      const line = lines.find((one) => one.includes(` 0100007F:${port} `));
      return line?.trim().split(/\s+/)[5]?.startsWith('02:');
    });
    expect(session.client.connection.stream.writable).toBe(true);
  });

  it('gives the answer of the last of several statements', async () => {
    const server = await sharedPostgres(major);
    await using session = await opened(server.url());
    expect(await session.query('select 1 as n; select 2 as n')).toEqual([{ n: 2 }]);
  });

  it('connects again to the same server, after the first signal has fired', async () => {
    const server = await sharedPostgres(major);
    const controller = new AbortController();
    await using session = await opened(server.url(), { options: { signal: controller.signal } });
    controller.abort(new Interrupted('SIGINT'));
    await using second = await session.connectAgain();
    expect(second.server).toBe(session.server);
    expect(second.backendPid).not.toBe(session.backendPid);
  });

  it.for([undefined, 'direct'])(
    'cancels a statement, with TLS (%s) and without',
    async (direct) => {
      await using folder = await temporaryFolder();
      const authority = await createAuthority(folder.path, 'authority');
      const { certificate, key } = await authority.issue('server', { name: 'server' });
      await using server = await startPostgres({
        bin,
        conf: ['ssl = on'],
        files: { 'server.crt': certificate, 'server.key': key },
      });
      const urls = [
        server.url('postgres', { sslmode: 'disable' }),
        server.url('postgres', {
          sslmode: 'require',
          ...(direct && major >= 17 && { sslnegotiation: 'direct' }),
        }),
        `postgres://postgres:${password}@/postgres?host=${server.socketFolder}&port=${server.port}`,
      ];
      for (const url of urls) {
        await using session = await opened(url);
        const running = session.query('select pg_sleep(60)').catch((error: unknown) => error);
        await untilActive(server, session);
        await session.cancel();
        expect(await running).toMatchObject({ code: 'query-cancelled' });
        expect(await session.query('select 1 as n')).toEqual([{ n: 1 }]);
      }
    },
  );

  it('closes quickly and without an error, whatever state it is in', async () => {
    await using server = await startPostgres({ bin });
    const dead = await opened(server.url());
    await server.psql(`select pg_terminate_backend(${dead.backendPid})`);
    const busy = await opened(server.url());
    const running = busy.query('select pg_sleep(60)').catch((error: unknown) => error);
    await untilActive(server, busy);
    const frozen = await opened(server.url());
    signalProcess(frozen.backendPid, 'SIGSTOP');
    const started = performance.now();
    for (const session of [dead, busy, frozen, frozen]) await session[Symbol.asyncDispose]();
    expect(performance.now() - started).toBeLessThan(4000);
    expect(await running).toMatchObject({ code: 'connection-lost' });
    signalProcess(frozen.backendPid, 'SIGCONT');
  });

  it.for([
    ['scram-sha-256', 'scram-sha-256'],
    ['md5', 'md5'],
    ['password', 'password'],
    ['none', 'trust'],
  ] as const)('require_auth beside psql, where the server asks for %s', async ([method, line]) => {
    await using server = await startPostgres({ bin, hba: [`host all one all ${line}`] });
    const encryption = method === 'md5' ? 'md5' : 'scram-sha-256';
    await server.psql(
      `set password_encryption = '${encryption}'; create role one login password '${password}'`,
    );
    const lists = [
      'scram-sha-256',
      'md5',
      'password',
      'none',
      'md5,scram-sha-256',
      '!md5',
      '!none',
      '!password,!none',
      'gss',
    ];
    await using home = await temporaryFolder();
    for (const list of lists) {
      const url = server.url('postgres', { require_auth: list }).replace('//postgres:', '//one:');
      const psql = await byPsql(url, { home: home.path }, 'select 1');
      const us = await byUs(url, { home: home.path }, 'select 1');
      expect([list, us.result], `we: ${us.words}\npsql: ${psql.words}`).toEqual([
        list,
        psql.result,
      ]);
    }
  });

  it('a way to log in that is not spoken is told, and ends nothing else', async () => {
    await using server = await startPostgres({ bin, hba: ['host all one all gss'] });
    const url = server.url().replace('//postgres:', '//one:');
    await expect(opened(url)).rejects.toMatchObject({
      code: 'authentication-unsupported',
      exitCode: 4,
    });
  });

  it('the password of a password file, quotes and all', async () => {
    const server = await sharedPostgres(major);
    const secret = `p"ä '\\:@/%`;
    await server.psql(`drop role if exists odd; create role odd login password $$${secret}$$`);
    const url = `postgres://odd:${encodeURIComponent(secret)}@127.0.0.1:${server.port}/postgres`;
    await using session = await opened(url);
    expect(await session.query('select current_user as who')).toEqual([{ who: 'odd' }]);
  });
});

describe('a session, whatever the process has in its environment', () => {
  const names = {
    PGOPTIONS: '-c geqo=off',
    PGPASSWORD: 'x',
    PGSSLNEGOTIATION: 'direct',
    PGSSLMODE: 'require',
    PGAPPNAME: 'x',
    PGHOST: 'nowhere.invalid',
    PGPORT: '1',
  };
  afterEach(() => {
    for (const name of Object.keys(names)) delete process.env[name];
  });

  it('is what the target says: pg reads no variable by itself', async () => {
    Object.assign(process.env, names);
    const server = await sharedPostgres(15);
    await using session = await opened(server.url());
    expect(await session.query(settings)).toEqual([usual]);
    const without = `postgres://postgres@127.0.0.1:${server.port}/postgres`;
    await expect(opened(without)).rejects.toMatchObject({ code: 'password-missing' });
  });
});

describe.for(['session', 'transaction'] as const)('through PgBouncer in %s mode', (poolMode) => {
  it('connects with its settings, and sees that the process is another', async () => {
    const server = await sharedPostgres(15);
    await using bouncer = await startPgBouncer(server, { poolMode });
    await using session = await opened(bouncer.url());
    expect(await session.query(settings)).toEqual([usual]);
    const [own] = await session.query('select pg_backend_pid() as pid');
    expect(own).not.toEqual({ pid: session.backendPid });
    await using other = await session.connectAgain();
    expect(await other.query('select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('cancels the statement of its own client', async () => {
    const server = await sharedPostgres(15);
    await using bouncer = await startPgBouncer(server, { poolMode });
    await using session = await opened(bouncer.url());
    const started = session
      .query('select pg_sleep(60) /* through the pooler */')
      .catch((error: unknown) => error);
    await using watcher = await opened(server.url());
    for (;;) {
      const rows = await watcher.query(
        `select 1 from pg_stat_activity where query like '%through the pooler%' and pid <> pg_backend_pid() and state = 'active'`,
      );
      if (rows.length > 0) break;
    }
    await session.cancel();
    expect(await started).toMatchObject({ code: 'query-cancelled' });
  });
});

describe('what cannot be done is refused, never passed over', () => {
  it.for([
    ['gssencmode=require', 'host=127.0.0.1 gssencmode=require'],
    ['sslcertmode=require', 'host=127.0.0.1 sslcertmode=require'],
    ['requirepeer', 'host=/nowhere requirepeer=postgres'],
  ])('%s', async ([name, text]) => {
    const error = await opened(String(text)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'bad-setting', exitCode: 2 });
    expect(error instanceof JemError && error.message).toContain(name);
  });
});

it('a server may ask for more SCRAM iterations than pg allows by itself', async () => {
  const server = await sharedPostgres(18);
  await server.psql(
    `set scram_iterations = 150000; drop role if exists thorough; create role thorough login password '${password}'`,
  );
  await using session = await opened(server.url().replace('//postgres:', '//thorough:'));
  expect(await session.query('select current_user as who')).toEqual([{ who: 'thorough' }]);
});
