import { JemError } from '../../errors.ts';

/** A text that cannot be meant; callers put no piece of the text into the words. */
export function refusal(message: string, why: string, hint: string): JemError {
  return new JemError('bad-database-url', message, { why, hint });
}
