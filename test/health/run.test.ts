import { describe, expect, it } from 'vitest';
import type { Finding, NotApplicable, Thresholds } from '../../src/engines/health.ts';
import { Interrupted, JemError } from '../../src/errors.ts';
import { type Look, runChecks, sortedByStatus } from '../../src/health/run.ts';
import { rejection } from '../support/rejection.ts';

type Answer = Finding | NotApplicable | Error;

function look(id: string, answer: Answer | ((bounds: Thresholds | null) => Answer)): Look {
  return {
    ...{ id, title: `title of ${id}`, group: 'locks', unit: null, source: 'test' },
    thresholds: { warning: 1, critical: 2 },
    async look(bounds) {
      const given = typeof answer === 'function' ? answer(bounds) : answer;
      if (given instanceof Error) throw given;
      return given;
    },
  };
}

function value(number: number): Finding {
  return { status: null, value: number, summary: `${number} seen`, hint: 'mend it' };
}

function run(looks: readonly Look[], more: Partial<Parameters<typeof runChecks>[1]> = {}) {
  const signal = new AbortController().signal;
  return runChecks(looks, {
    ...{ thresholds: new Map(), budget: 1000, signal, onCheck: () => {} },
    ...more,
  });
}

describe('a run of checks', () => {
  it('goes on behind one that fails, and says why that one is unknown', async () => {
    const denied = new JemError('permission-denied', 'may not look', { hint: 'GRANT it' });
    const { status, checks } = await run([look('first', denied), look('second', value(0))]);
    expect(status).toBe('unknown');
    expect(checks).toMatchObject([
      { id: 'first', status: 'unknown', value: null, summary: 'may not look', hint: 'GRANT it' },
      { id: 'second', status: 'ok', value: 0, warning: 1, critical: 2, hint: null },
    ]);
  });

  it('is critical where it meets damage', async () => {
    const damaged = [new JemError('corruption', 'damaged'), new JemError('backup-corrupt', 'so')];
    for (const error of damaged) expect((await run([look('any', error)])).status).toBe('critical');
  });

  it('goes on behind a bug in one of them', async () => {
    const { checks } = await run([look('any', new TypeError('a bug')), look('next', value(0))]);
    expect(checks).toMatchObject([
      { status: 'unknown', summary: expect.stringContaining('a bug') },
      { id: 'next', status: 'ok' },
    ]);
  });

  it('lets the end of the run through', async () => {
    const stopped = new AbortController();
    const stopping = look('stops', () => {
      stopped.abort(new Interrupted('SIGTERM'));
      return new JemError('connection-lost', 'gone');
    });
    const seen = run([stopping, look('never', value(0))], { signal: stopped.signal });
    expect(await rejection(seen)).toMatchObject({ code: 'connection-lost' });
    expect(await rejection(run([look('any', value(0))], { signal: stopped.signal }))).toBe(
      stopped.signal.reason,
    );
  });

  it('says of what has no time left that it was not looked at', async () => {
    const asked: string[] = [];
    const { status, checks } = await run([look('late', value(0))], {
      budget: 0,
      onCheck: (title) => asked.push(title),
    });
    expect([status, checks[0]?.status]).toEqual(['unknown', 'unknown']);
    expect(checks[0]?.hint).toContain('--timeout');
    expect(asked).toEqual(['title of late']);
  });

  it('holds values against the bounds that were set, and tells them to the check', async () => {
    const bounds = { warning: 5, critical: null };
    let told: Thresholds | null = null;
    const one = look('one', (given) => {
      told = given;
      return value(4);
    });
    const { checks } = await run([one], { thresholds: new Map([['one', bounds]]) });
    expect([checks[0]?.status, checks[0]?.warning, told]).toEqual(['ok', 5, bounds]);
  });

  it('tells apart what has nothing to say, and sorts the worst first, else as they were', async () => {
    const { status, checks, skipped } = await run([
      look('fine', value(0)),
      look('elsewhere', { notApplicable: 'a standby' }),
      look('bad', value(1)),
      look('unseen', new JemError('query-timeout', 'slow')),
      look('worse', value(2)),
      look('bad-too', value(1)),
    ]);
    expect([status, skipped]).toEqual(['critical', [{ id: 'elsewhere', reason: 'a standby' }]]);
    const sorted = sortedByStatus(checks).map(({ id }) => id);
    expect(sorted).toEqual(['worse', 'bad', 'bad-too', 'unseen', 'fine']);
  });
});
