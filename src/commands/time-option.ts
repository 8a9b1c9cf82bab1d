import { parseDuration } from '../duration.ts';
import { JemError } from '../errors.ts';
import type { Input } from './command.ts';

/** Milliseconds of `--name`, which takes a time; null where it was not given. Throws `usage`. */
export function timeOption(input: Input, name: string): number | null {
  const text = input.text(name.replaceAll(/-[a-z]/g, (letter) => letter.slice(1).toUpperCase()));
  if (text === undefined) return null;
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  throw new JemError('usage', `--${name} takes a time, not "${text}"`, {
    hint: 'Write a number and a unit: 500ms, 30s, 5min.',
  });
}
