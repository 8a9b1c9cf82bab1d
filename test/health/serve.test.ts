import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { newLimiter } from '../../src/health/serve/limiter.ts';
import { listener } from '../alerts/listener.ts';
import { freePort } from '../support/free-port.ts';
import { postgresVersions, startPostgres } from '../support/postgres.ts';
import { project, twoMigrations, type Project } from '../support/project.ts';
import { until } from '../support/until.ts';

const newest = postgresVersions().at(-1)?.bin ?? '';

interface Serving {
  readonly url: string;
  readonly child: ReturnType<Project['start']>;
  /** Status and body of a page. */
  get(path: string, init?: RequestInit): Promise<readonly [number, string]>;
}

async function serving(work: Project, ...args: readonly string[]): Promise<Serving> {
  const port = await freePort();
  const child = work.start(['health', 'serve', '--listen', `127.0.0.1:${port}`, ...args]);
  const url = `http://127.0.0.1:${port}`;
  const get: Serving['get'] = async (path, init) => {
    const answer = await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(20_000) });
    return [answer.status, await answer.text()];
  };
  await until('the endpoints', () =>
    get('/livez').then(
      () => true,
      () => false,
    ),
  );
  return { url, child, get };
}

describe('health serve', () => {
  it('tells what becomes of a server, once a change, and stops cleanly', async () => {
    await using server = await startPostgres({ bin: newest });
    await using hook = await listener();
    await using work = await project({}, server.url());
    const { child, get } = await serving(
      work,
      ...[
        ...['--every', '200ms', '--rate', '1000'],
        '--skip',
        'migrations,backups,security,settings',
        '--webhook',
        hook.url,
      ],
    );
    const statusOf = async () =>
      (JSON.parse((await get('/healthz'))[1]) as { status: string }).status;
    expect(await get('/readyz')).toEqual([200, 'ready\n']);
    await until('a status', async () => (await statusOf()) !== 'unknown');
    const [, metrics] = await get('/metrics');
    expect(metrics).toMatch(/^jem_db_up\{.*\} 1$/m);
    expect(metrics).toMatch(/^postgresql_db_size_bytes\{.*\} \d+$/m);

    await server.stop();
    await until('what is critical', async () => (await get('/healthz'))[0] === 503);
    await until('not ready', async () => (await get('/readyz'))[0] === 503);
    expect(await get('/livez')).toEqual([200, 'ok\n']);
    expect((await get('/metrics'))[1]).toMatch(/^jem_db_up\{.*\} 0$/m);
    const told = () => hook.heard.filter(({ text }) => String(text).includes('connection'));
    await until('the webhook', () => told().length > 0);
    const rounds = (await get('/metrics'))[1];
    await until('another round', async () => (await get('/metrics'))[1] !== rounds);
    expect(told()).toHaveLength(1);

    await server.start();
    await until('ready again', async () => (await get('/readyz'))[0] === 200);
    await until('well again', async () => (await get('/healthz'))[0] === 200);

    child.kill('SIGTERM');
    const { exitCode, stdout, stderr } = await child;
    expect([exitCode, stdout]).toEqual([143, '']);
    expect(stderr).not.toContain(new URL(server.url()).password);
  });

  it('serves a database file, and says nothing that is for operators alone', async () => {
    await using work = await project(twoMigrations, 'app.db');
    await work.run(['migrate', 'up']);
    const { child, get } = await serving(work);
    const [, text] = await get('/healthz');
    const { checks } = JSON.parse(text) as { checks: object[] };
    expect(checks.length).toBeGreaterThan(1);
    for (const check of checks)
      expect(Object.keys(check)).toEqual([
        'id',
        'title',
        'group',
        'status',
        'value',
        'unit',
        'warning',
        'critical',
        'durationMs',
      ]);
    expect((await get('/metrics'))[1]).toMatch(/^sqlite_db_size_bytes\{.*\} \d+$/m);
    child.kill('SIGINT');
    expect((await child).exitCode).toBe(130);
  });

  it('keeps its limits', async () => {
    await using work = await project(twoMigrations, 'app.db');
    await work.run(['migrate', 'up']);
    const { url, child, get } = await serving(work, '--rate', '5');
    expect((await get('/livez', { method: 'POST', body: 'x' }))[0]).toBe(405);
    expect((await get(`/livez?${'x'.repeat(2000)}`))[0]).toBe(414);
    expect((await get('/../etc/passwd'))[0]).toBe(404);
    const bodied = request(`${url}/livez`, {
      method: 'GET',
      headers: { 'content-length': '5' },
    }).end('hello');
    const [answer] = (await once(bodied, 'response')) as [{ statusCode: number }];
    expect(answer.statusCode).toBe(413);
    const codes = await Promise.all(
      Array.from({ length: 40 }, async () => (await get('/livez'))[0]),
    );
    expect(codes).toContain(429);
    await until('the next second', async () => (await get('/livez'))[0] === 200);
    const { port, hostname } = new URL(url);
    const huge = connect(Number(port), hostname);
    huge.write(`GET /livez HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n`);
    const [said] = (await once(huge, 'data')) as [Buffer];
    expect(said.toString()).toContain('431');
    child.kill('SIGTERM');
    await child;
  });

  it('listens on loopback alone unless told, and says which address it cannot have', async () => {
    await using work = await project(twoMigrations, 'app.db');
    await work.run(['migrate', 'up']);
    const { url, child } = await serving(work);
    const taken = await work.run(['health', 'serve', '--listen', new URL(url).host]);
    expect([taken.exitCode, taken.stderr]).toEqual([
      2,
      expect.stringContaining('Another program listens there'),
    ]);
    const wrong = await work.run(['health', 'serve', '--listen', 'here']);
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('HOST:PORT')]);
    child.kill('SIGTERM');
    await child;
  });
});

describe('the limit of requests', () => {
  it('gives an address twice its rate at once, then its rate, and nobody pays for another', () => {
    const limiter = newLimiter(3);
    const taken = (address: string, now: number, tries: number) =>
      Array.from({ length: tries }, () => limiter.take(address, now)).filter(Boolean).length;
    expect(taken('a', 0, 20)).toBe(6);
    expect(taken('b', 0, 20)).toBe(6);
    expect(taken('a', 1000, 20)).toBe(3);
    expect(taken('a', 100_000, 20)).toBe(6);
  });
});
