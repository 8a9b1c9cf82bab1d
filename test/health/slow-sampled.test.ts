import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { RunningStatement, SeenStatement, SessionLook } from '../../src/engines/slow.ts';
import { fromSessions } from '../../src/health/slow/from-sessions.ts';
import { sampler } from '../../src/health/slow/sampled.ts';

function seen(text: string): SeenStatement {
  const noPlan = { reason: 'none here', hint: null };
  const examine = async () => ({ plan: null, noPlan, advice: [] });
  return { id: null, role: 'app', text, readsRows: true, examine };
}

function running(key: string, run: string, more: Partial<RunningStatement> = {}): RunningStatement {
  const [pid = ''] = run.split(' ');
  return {
    ...{ pid: Number(pid), run, key, elapsedMs: 1, waitsFor: null, blockedBy: [] },
    statement: seen(key),
    ...more,
  };
}

function look(second: number, sessions: readonly RunningStatement[], hidden = 0): SessionLook {
  return { at: `2026-11-21T02:00:0${second}.000Z`, running: sessions, hidden };
}

const holder = {
  ...{ pid: 9, role: 'app', application: null, state: 'idle in transaction' },
  ...{ text: null, transactionMs: 5 },
};

it('counts runs, looks, waits and who was in the way, look by look', () => {
  const { add, samples } = sampler();
  const longest = seen('a, at its longest');
  const waits = { waitsFor: 'Lock: tuple', blockedBy: [holder] };
  add(look(0, [running('a', '1 x', { elapsedMs: 5 }), running('b', '2 x', { ...waits })], 2));
  add(
    look(1, [
      running('a', '1 x', { elapsedMs: 70, statement: longest, waitsFor: 'IO: read' }),
      running('a', '3 x', { elapsedMs: 70, waitsFor: 'Lock: tuple' }),
      running('b', '2 x', { elapsedMs: 30, ...waits, blockedBy: [{ ...holder, pid: 8 }] }),
    ]),
  );
  add(
    look(
      2,
      [
        // The same session with its next run.
        running('a', '1 y', { elapsedMs: 2, waitsFor: 'Lock: tuple' }),
        running('c', '4 x', { elapsedMs: 90, ...waits }),
        running('b', '2 x', { elapsedMs: 40 }),
      ],
      1,
    ),
  );
  const { statements, blocked, ...rest } = samples();
  expect(rest).toEqual({
    ...{ looks: 3, hidden: 2 },
    ...{ from: '2026-11-21T02:00:00.000Z', to: '2026-11-21T02:00:02.000Z' },
  });
  expect(statements.map(({ statement, sampled }) => [statement.text, sampled])).toEqual([
    [
      'a, at its longest',
      {
        ...{ runs: 3, seen: 4, longestMs: 70 },
        waits: [
          { event: 'Lock: tuple', seen: 2 },
          { event: 'IO: read', seen: 1 },
        ],
      },
    ],
    ['b', { runs: 1, seen: 3, longestMs: 40, waits: [{ event: 'Lock: tuple', seen: 2 }] }],
    ['c', { runs: 1, seen: 1, longestMs: 90, waits: [{ event: 'Lock: tuple', seen: 1 }] }],
  ]);
  expect(blocked.map(({ pid, elapsedMs, by }) => [pid, elapsedMs, by[0]?.pid])).toEqual([
    [4, 90, 9],
    [2, 30, 8],
  ]);
});

it('ends by the clock, however long a look takes', async () => {
  let looks = 0;
  const found = await fromSessions(
    {
      ...{ missing: null, notes: [], grantToSeeAll: '' },
      counters: () => Promise.reject(new Error('not asked for')),
      statements: () => Promise.reject(new Error('not asked for')),
      async sessions() {
        looks += 1;
        await pause(160);
        return look(looks, [running('a', `1 ${looks}`)]);
      },
    },
    {
      ...{ forMs: 500, sinceReset: false, by: 'total', limit: 10, trustFunctions: false },
      ...{ thresholds: { meanMs: 100, p95Ms: 100, p99Ms: 500 }, script: null },
      signal: new AbortController().signal,
    },
  );
  // Six fit in where a look takes no time.
  expect(looks).toBeLessThanOrEqual(4);
  expect(found.period?.looks).toBe(looks);
  expect(found.statements[0]?.sampled).toMatchObject({ seen: looks, runs: looks });
});
