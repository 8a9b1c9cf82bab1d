import type { Rule } from '../rule.ts';
import type { Around } from './around.ts';

export type ParsedRule = Rule<Around>;

/** A name that a hint can give to what has none yet. */
export function nameFor(...parts: readonly (string | undefined)[]): string {
  return parts
    .filter(Boolean)
    .join('_')
    .replaceAll(/[^\p{L}\p{N}_]+/gu, '_')
    .slice(0, 63);
}
