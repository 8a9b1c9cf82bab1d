import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { postgresVersions, sharedPostgres, startPostgres } from '../support/postgres.ts';
import { project } from '../support/project.ts';

const newest = postgresVersions().at(-1);

describe('wait', () => {
  it('waits through a start, telling what for, and ends with a real login', async () => {
    await using server = await startPostgres({ bin: newest?.bin ?? '' });
    await server.stop();
    await using work = await project({}, server.url());
    const waiting = work.start(['wait', '--timeout', '1min']);
    let told = '';
    for await (const line of waiting.iterable({ from: 'stderr' })) {
      if (told === '') await server.start();
      told += line;
    }
    const { exitCode, stdout } = await waiting;
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Ready after');
    expect(told).toContain('waiting for');
    expect(told).toContain(String(server.port));
  });

  it('gives up at once on what waiting cannot heal', async () => {
    const server = await sharedPostgres(newest?.major ?? 0);
    await using work = await project();
    const wrong = new URL(server.url());
    wrong.password = 'wrong-secret-word';
    const password = await work.run(['wait', '--json', '-d', wrong.href]);
    expect(password.exitCode).toBe(4);
    expect(password.json().error).toMatchObject({ code: 'login-refused', retryable: false });
    expect(password.stdout + password.stderr).not.toContain('wrong-secret-word');
    const missing = await work.run(['wait', '--json', '-d', server.url('no_such_database')]);
    expect([missing.exitCode, missing.json().error?.['code']]).toEqual([2, 'database-missing']);
  });

  it('gives up after its tries and its time with exit 3', async () => {
    await using work = await project({}, 'postgres://u:pw@127.0.0.1:1/x');
    const tries = await work.run(['wait', '--tries', '2']);
    expect(tries.exitCode).toBe(3);
    expect(tries.stderr).toContain('Tried 2 times');
    const timed = await work.run(['wait', '--timeout', '300ms']);
    expect(timed.exitCode).toBe(3);
    expect(timed.stderr).toMatch(/error: .*127\.0\.0\.1:1/);
    expect(timed.stderr).not.toMatch(/No answer|dropped on the way/);
    expect((await work.run(['wait', '--timeout', 'soon'])).exitCode).toBe(2);
  });

  it('ends with the last real cause where the last try is cut short', async () => {
    let refused = 0;
    // It answers a few times, and then says nothing any more.
    await using server = createServer((socket) => {
      if (refused++ < 2) socket.destroy();
      else socket.resume();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await using work = await project({}, `postgres://app@127.0.0.1:${port}/app`);
    const { exitCode, stdout } = await work.run(['wait', '--json', '--timeout', '5s']);
    expect([exitCode, refused]).toEqual([3, 3]);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'closed-at-start' } });
  });

  it('stops at once when interrupted', async () => {
    await using work = await project({}, 'postgres://u:pw@127.0.0.1:1/x');
    const waiting = work.start(['wait', '--json']);
    for await (const line of waiting.iterable({ from: 'stderr' }))
      if (line.includes('waiting')) waiting.kill('SIGINT');
    const { exitCode, stdout } = await waiting;
    expect(exitCode).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'interrupted' } });
  });

  it('answers at once for a SQLite file, and does not wait for one that is missing', async () => {
    await using work = await project({ '1_a.up.sql': 'select 1;' });
    expect((await work.run(['wait'])).exitCode).toBe(2);
    await work.run(['migrate']);
    expect((await work.run(['wait'])).exitCode).toBe(0);
  });

  it('takes no longer than its time when the server is silent', async () => {
    await using silent = createServer((socket) => socket.resume());
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await using work = await project({}, `postgres://app@127.0.0.1:${port}/app`);
    const { exitCode, stderr } = await work.run(['wait', '--timeout', '1s']);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('for 1 s');
  });
});
