import { JemError } from '../../../errors.ts';

/** Whether a value of a manifest is of the form that is read. */
export type Check = (value: unknown) => boolean;

export const text: Check = (value) => typeof value === 'string';
export const flag: Check = (value) => typeof value === 'boolean';
export const whole: Check = Number.isInteger;
export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
export const each =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
export const shape =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(checks).every(([name, check]) => check(Reflect.get(value, name)));

/** Throws `backup-corrupt` where a manifest's facts are not what this version reads. */
export function requireFacts(
  facts: Readonly<Record<string, unknown>>,
  checks: Readonly<Record<string, Check>>,
): void {
  const wrong = Object.entries(checks).filter(([name, check]) => !check(facts[name]));
  if (wrong.length === 0) return;
  throw new JemError('backup-corrupt', 'The manifest does not say what a restore needs to know', {
    why: `Missing or of another form in facts: ${wrong.map(([name]) => name).join(', ')}.`,
    hint: 'Where a newer jem-db took this backup, restore it with that one; or take another backup.',
  });
}
