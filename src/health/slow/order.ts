import type { StatementCounters } from '../../engines/slow.ts';
import type { Order } from './result.ts';

const measures: Readonly<Record<Order, (one: StatementCounters) => number>> = {
  total: ({ totalMs }) => totalMs,
  mean: ({ totalMs, calls }) => totalMs / calls,
  calls: ({ calls }) => calls,
  rows: ({ rows }) => rows,
  temp: ({ temporaryBlocks }) => temporaryBlocks,
  reads: ({ blocksRead }) => blocksRead,
};

/** The worst first; those that have nothing of it are left out. */
export function worstFirst<T extends StatementCounters>(statements: readonly T[], by: Order): T[] {
  const measure = measures[by];
  return statements
    .filter((one) => measure(one) > 0)
    .toSorted((one, other) => measure(other) - measure(one));
}
