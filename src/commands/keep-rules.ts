import type { KeepRules } from '../backup/retention.ts';
import { readSpan } from '../backup/span.ts';
import { JemError } from '../errors.ts';
import type { Input, OptionSpec } from './command.ts';

/** Options that say which backups stay. */
export const keepOptions: readonly OptionSpec[] = [
  { flags: '--keep-last <n>', help: 'keep the newest n' },
  {
    flags: '--keep-within <time>',
    help: 'keep what is at most this much older than the newest: 30d, 6m, 1y',
  },
  { flags: '--keep-daily <n>', help: 'keep the newest of each of the last n days that have any' },
  { flags: '--keep-weekly <n>', help: 'the same by weeks' },
  { flags: '--keep-monthly <n>', help: 'the same by months' },
  { flags: '--keep-yearly <n>', help: 'the same by years' },
];

/** The rules that were given; null: none was. Throws `usage`. */
export function keepRulesOf(input: Input): KeepRules | null {
  const number = (name: string): number => input.number(name) ?? 0;
  const rules: KeepRules = {
    last: number('keepLast'),
    within: withinOf(input.text('keepWithin')),
    daily: number('keepDaily'),
    weekly: number('keepWeekly'),
    monthly: number('keepMonthly'),
    yearly: number('keepYearly'),
  };
  return Object.values(rules).some(Boolean) ? rules : null;
}

function withinOf(text: string | undefined): KeepRules['within'] {
  if (text === undefined) return null;
  const span = readSpan(text);
  if (span) return span;
  throw new JemError('usage', `--keep-within takes a time, not "${text}"`, {
    hint: 'Write numbers with y, m (months), w, d or h: 30d, 6m, 1y6m.',
  });
}
