import type { Step } from '../migrating.ts';
import type { Bench } from './bench.ts';
import { applyFunction } from './function-script.ts';
import { applyScript } from './script.ts';

/** One step in a transaction of its own, of either kind. Throws as these do. */
export async function applyStep(
  bench: Bench,
  { script, ...step }: Step,
): Promise<'done' | 'done-by-another'> {
  return typeof script === 'function'
    ? applyFunction(bench, { ...step, script })
    : applyScript(bench, { ...step, script });
}
