import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alerting, type AlertWish } from '../../src/alerts/alerting.ts';
import { Interrupted, JemError } from '../../src/errors.ts';
import { temporaryFolder } from '../support/folders.ts';
import { freePort } from '../support/free-port.ts';
import { rejection } from '../support/rejection.ts';
import { listener } from './listener.ts';

interface Workplace extends AsyncDisposable {
  readonly path: string;
  readonly warnings: string[];
  wish(part: Partial<AlertWish>): AlertWish;
}

async function workplace(): Promise<Workplace> {
  const folder = await temporaryFolder();
  const warnings: string[] = [];
  return {
    path: folder.path,
    warnings,
    wish: (part) => ({
      ...{ onFailure: null, onRecovery: null, webhook: null },
      ...{ command: 'backup create', job: 'app' },
      places: { backups: folder.path, state: join(folder.path, 'state') },
      env: process.env,
      signal: new AbortController().signal,
      warn: ({ message }) => void warnings.push(message),
      database: () => 'app.db',
      ...part,
    }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const refused = new JemError('permission-denied', 'Not allowed', { hint: 'Ask for it.' });
const fail = () => Promise.reject(refused);
const well = () => Promise.resolve('well');
const yes = () => null;

describe('alerting', () => {
  it('tells of each failure, and once that it is well again', async () => {
    await using work = await workplace();
    await using hook = await listener();
    const wish = work.wish({ webhook: hook.url });
    expect(await alerting(wish, well, yes)).toBe('well');
    expect(hook.heard).toEqual([]);
    expect(await rejection(alerting(wish, fail, yes))).toBe(refused);
    expect(await rejection(alerting(wish, fail, yes))).toBe(refused);
    expect(await alerting(wish, well, yes)).toBe('well');
    expect(await alerting(wish, well, yes)).toBe('well');
    expect(hook.heard.map(({ event, failures }) => [event, failures])).toEqual([
      ['failure', 1],
      ['failure', 2],
      ['recovery', 2],
    ]);
    const [first, second, third] = hook.heard;
    expect(first).toMatchObject({
      ...{ format: 'jem-db-alert/1', command: 'backup create', database: 'app.db' },
      ...{ code: 'permission-denied', hint: 'Ask for it.' },
      text: expect.stringMatching(/^jem-db backup create on .+ failed: Not allowed$/),
    });
    expect(second?.['failingSince']).toBe(first?.['at']);
    expect(third?.['text']).toMatch(/is well again$/);
    expect(work.warnings).toEqual([]);
  });

  it('tells of an answer that is no', async () => {
    await using work = await workplace();
    await using hook = await listener();
    await alerting(work.wish({ webhook: hook.url }), well, () => ({ message: 'app.t differs' }));
    expect(hook.heard).toMatchObject([{ event: 'failure', code: null }]);
    expect(hook.heard[0]?.['text']).toMatch(/failed: app\.t differs$/);
  });

  it('hands the occasion to a command, in its input and in two variables', async () => {
    await using work = await workplace();
    const at = (name: string): string => join(work.path, name);
    const wish = work.wish({
      onFailure: `cat > '${at('failed')}'; echo "$JEM_ALERT_EVENT: $JEM_ALERT_TEXT" > '${at('words')}'`,
      onRecovery: `cat > '${at('recovered')}'`,
    });
    await rejection(alerting(wish, fail, yes));
    expect(JSON.parse(await readFile(at('failed'), 'utf8'))).toMatchObject({ failures: 1 });
    expect(await readFile(at('words'), 'utf8')).toMatch(/^failure: jem-db backup create on/);
    await alerting(wish, well, yes);
    expect(JSON.parse(await readFile(at('recovered'), 'utf8'))).toMatchObject({
      event: 'recovery',
    });
  });

  it('never changes the verdict, and warns where telling fails, without the URL', async () => {
    await using work = await workplace();
    await using hook = await listener(500);
    const nobody = `http://127.0.0.1:${await freePort()}/x`;
    const wish = work.wish({ webhook: hook.url, onFailure: 'echo out of order >&2; exit 7' });
    expect(await rejection(alerting(wish, fail, yes))).toBe(refused);
    expect(work.warnings).toEqual([
      'The command for a failure failed: it ended with 7: out of order',
      'The webhook was not told of a failure: it answered 500',
    ]);
    expect(await rejection(alerting(work.wish({ webhook: nobody }), fail, yes))).toBe(refused);
    expect(await rejection(alerting(work.wish({ webhook: 'ftp://h/s3cr3t' }), fail, yes))).toBe(
      refused,
    );
    expect(work.warnings.slice(2)).toEqual([
      'The webhook was not told of a failure: it was not reached (ECONNREFUSED)',
      'The webhook was not told of a failure: it is no http or https URL',
    ]);
  });

  it('tells of a recovery again where nobody heard of it', async () => {
    await using work = await workplace();
    await rejection(alerting(work.wish({ onFailure: 'true' }), fail, yes));
    await alerting(work.wish({ onRecovery: 'false' }), well, yes);
    await using hook = await listener();
    await alerting(work.wish({ webhook: hook.url }), well, yes);
    expect(hook.heard).toMatchObject([{ event: 'recovery' }]);
  });

  it('tells when it is terminated, not when it is stopped by hand', async () => {
    await using work = await workplace();
    await using hook = await listener();
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      const signal = AbortSignal.abort(new Interrupted(name));
      await rejection(alerting(work.wish({ webhook: hook.url, signal }), fail, yes));
    }
    expect(hook.heard.map(({ code, text }) => [code, text])).toEqual([
      ['interrupted', expect.stringMatching(/SIGTERM$/)],
    ]);
  });

  it('remembers beside the backups, for itself alone, and each job apart', async () => {
    await using work = await workplace();
    await using hook = await listener();
    const wish = work.wish({ webhook: hook.url });
    await rejection(alerting(wish, fail, yes));
    const [name = ''] = await readdir(join(work.path, '.alerts'));
    expect((await stat(join(work.path, '.alerts', name))).mode & 0o777).toBe(0o600);
    await alerting(work.wish({ webhook: hook.url, job: 'other' }), well, yes);
    await alerting(work.wish({ webhook: hook.url, command: 'restore-verify' }), well, yes);
    expect(hook.heard).toHaveLength(1);
    await alerting(wish, well, yes);
    expect(await readdir(join(work.path, '.alerts'))).toEqual([]);
  });

  it('remembers in the user’s own folder where there are no backups yet', async () => {
    await using work = await workplace();
    await using hook = await listener();
    const places = { backups: join(work.path, 'missing'), state: join(work.path, 'state') };
    await rejection(alerting(work.wish({ webhook: hook.url, places }), fail, yes));
    expect(await readdir(join(work.path, 'state', '.alerts'))).toHaveLength(1);
    await alerting(work.wish({ webhook: hook.url, places }), well, yes);
    expect(hook.heard).toHaveLength(2);
  });
});
