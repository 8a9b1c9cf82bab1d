import type { KeepRules } from '../backup/retention.ts';
import { readSpan, type Span } from '../backup/span.ts';
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
  {
    flags: '--keep-window <time>',
    help: 'keep base backups and WAL to recover to any moment back to then: 7d, 36h',
  },
];

/** The rules that were given; null: none was. Throws `usage`. */
export function keepRulesOf(
  input: Input,
): { readonly rules: KeepRules; readonly window: Span | null } | null {
  const number = (name: string): number => input.number(name) ?? 0;
  const rules: KeepRules = {
    last: number('keepLast'),
    within: spanIn(input, 'keepWithin', '--keep-within'),
    daily: number('keepDaily'),
    weekly: number('keepWeekly'),
    monthly: number('keepMonthly'),
    yearly: number('keepYearly'),
  };
  const window = spanIn(input, 'keepWindow', '--keep-window');
  return window !== null || Object.values(rules).some(Boolean) ? { rules, window } : null;
}

function spanIn(input: Input, name: string, flag: string): Span | null {
  const text = input.text(name);
  if (text === undefined) return null;
  const span = readSpan(text);
  if (span) return span;
  throw new JemError('usage', `${flag} takes a time, not "${text}"`, {
    hint: 'Write numbers with y, m (months), w, d, h, min or s: 30d, 6m, 1y6m, 90min.',
  });
}
