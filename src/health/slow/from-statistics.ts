import type { CounterSample, StatementWatch } from '../../engines/slow.ts';
import { type Change, type Changes, changesBetween, countedOf } from './counted.ts';
import { examiner } from './examine.ts';
import { worstFirst } from './order.ts';
import { pause } from './pause.ts';
import type { Period, SlowResult, SlowStatement } from './result.ts';
import { sampler } from './sampled.ts';
import type { SlowWishes } from './slow.ts';

type Found = Pick<SlowResult, 'period' | 'total' | 'statements' | 'blocked' | 'unseen' | 'notes'>;

/** The slow statements of a period by the server's counters. */
export async function fromStatistics(watch: StatementWatch, wishes: SlowWishes): Promise<Found> {
  const { signal, forMs, sinceReset } = wishes;
  const first = sinceReset ? null : await watch.counters();
  if (first) await pause(forMs, signal);
  const second = await watch.counters();
  const period = periodOf(first, second);
  const changes = changesBetween(first, second);
  return {
    blocked: sinceReset ? [] : await waiting(watch),
    period,
    total: changes.total,
    statements: await listed(watch, wishes, { changes, second, period }),
    unseen: unseen(changes, watch),
    notes: [...watch.notes, ...evictions(first, second), ...reset(first, second)],
  };
}

/** A statement that waits for a lock is counted when it has ended: so who waits now is looked up. */
async function waiting(watch: StatementWatch): Promise<Found['blocked']> {
  const one = sampler();
  one.add(await watch.sessions());
  return one.samples().blocked;
}

function periodOf(first: CounterSample | null, second: CounterSample): Period {
  const wasReset = first !== null && first.resetAt !== second.resetAt;
  const from = first && !wasReset ? first.at : second.resetAt;
  const ms = from === null ? 0 : Date.parse(second.at) - Date.parse(from);
  return { from, to: second.at, ms: Math.max(ms, 0), looks: null };
}

interface Sampled {
  readonly changes: Changes;
  readonly second: CounterSample;
  readonly period: Period;
}

/** Some of the worst are our own, and left out. */
const spare = 10;

async function listed(
  watch: StatementWatch,
  { by, limit, thresholds, signal }: SlowWishes,
  { changes, second, period }: Sampled,
): Promise<SlowStatement[]> {
  const worst = worstFirst(changes.statements, by).slice(0, limit + spare);
  const texts = await watch.statements(worst.map(({ key }) => key));
  const squares = new Map(second.statements.map(({ key, squaresMs }) => [key, squaresMs]));
  const examine = examiner(signal);
  const shown = worst.flatMap((change) => {
    const statement = texts.get(change.key);
    return statement ? [{ change, statement }] : [];
  });
  const statements: SlowStatement[] = [];
  for (const { change, statement } of shown.slice(0, limit)) {
    const counted = countedOf(change, squares.get(change.key) ?? 0, thresholds);
    const { id, role, text, readsRows } = statement;
    statements.push({
      ...{ id, role, text, counted, sampled: null },
      beyond:
        readsRows &&
        (counted.meanMs > thresholds.meanMs ||
          [counted.p95, counted.p99].some(({ verdict }) => verdict === 'missed')),
      ...(await examine(statement, { ...observed(change), periodMs: period.ms })),
    });
  }
  return statements;
}

function observed(change: Change) {
  const { calls, totalMs, share, rows, blocksHit, blocksRead, temporaryBlocks } = change;
  return { calls, meanMs: totalMs / calls, share, rows, blocksHit, blocksRead, temporaryBlocks };
}

function unseen({ hidden }: Changes, { grantToSeeAll }: StatementWatch): SlowResult['unseen'] {
  if (hidden.statements === 0) return null;
  const { statements, calls, totalMs } = hidden;
  return { number: statements, calls, totalMs, grant: grantToSeeAll };
}

function evictions(first: CounterSample | null, second: CounterSample): SlowResult['notes'] {
  const thrown =
    (second.evictions ?? 0) - (first?.resetAt === second.resetAt ? (first.evictions ?? 0) : 0);
  if (thrown <= 0) return [];
  return [
    {
      code: 'statements-evicted',
      message: `pg_stat_statements threw statements out ${thrown} times for want of room: some may be missing, or counted in part`,
      sql: 'ALTER SYSTEM SET pg_stat_statements.max = 20000; -- and restart',
    },
  ];
}

function reset(first: CounterSample | null, second: CounterSample): SlowResult['notes'] {
  if (first === null || first.resetAt === second.resetAt) return [];
  return [
    {
      code: 'statistics-reset',
      message: 'The counters were reset meanwhile: what is listed was counted since',
      sql: null,
    },
  ];
}
