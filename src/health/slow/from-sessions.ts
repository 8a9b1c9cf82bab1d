import type { StatementWatch } from '../../engines/slow.ts';
import { examiner } from './examine.ts';
import { pause } from './pause.ts';
import type { SlowResult, SlowStatement } from './result.ts';
import { type SampledStatement, sampler, type Samples } from './sampled.ts';
import type { SlowWishes } from './slow.ts';

type Found = Pick<SlowResult, 'period' | 'total' | 'statements' | 'blocked' | 'unseen'>;

/** Milliseconds between two looks. */
const apart = 100;

/** The statements that ran in a period, as far as looks ten times a second see them. */
export async function fromSessions(watch: StatementWatch, wishes: SlowWishes): Promise<Found> {
  const { looks, from, to, hidden, statements, blocked } = await look(watch, wishes);
  return {
    period: { from, to: to ?? '', ms: Date.parse(to ?? '') - Date.parse(from ?? ''), looks },
    total: null,
    statements: await listed(statements, wishes),
    blocked,
    unseen:
      hidden === 0
        ? null
        : { number: hidden, calls: null, totalMs: null, grant: watch.grantToSeeAll },
  };
}

/** Ends by the clock: where a look takes longer than the time between two, there are fewer. */
async function look(watch: StatementWatch, { forMs, signal }: SlowWishes): Promise<Samples> {
  const { add, samples } = sampler();
  const started = performance.now();
  for (let beat = 1; ; beat += 1) {
    add(await watch.sessions());
    const elapsed = performance.now() - started;
    beat = Math.max(beat, Math.ceil(elapsed / apart));
    if (beat * apart > forMs) return samples();
    await pause(Math.max(beat * apart - elapsed, 0), signal);
  }
}

async function listed(
  seen: readonly SampledStatement[],
  { limit, thresholds, signal }: SlowWishes,
): Promise<SlowStatement[]> {
  const examine = examiner(signal);
  const statements: SlowStatement[] = [];
  for (const { statement, sampled } of seen.slice(0, limit)) {
    const { id, role, text, readsRows } = statement;
    statements.push({
      ...{ id, role, text, sampled, counted: null },
      beyond: readsRows && sampled.longestMs > thresholds.meanMs,
      ...(await examine(statement, null)),
    });
  }
  return statements;
}
