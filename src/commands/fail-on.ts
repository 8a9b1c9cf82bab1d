import { JemError } from '../errors.ts';
import { type FailOn, failOnChoices } from '../health/status.ts';
import type { Context } from './context.ts';

/** From which status on health says no. Throws `bad-setting`. */
export function failOnOf({ settings }: Pick<Context, 'settings'>): FailOn {
  const found = failOnChoices.find((one) => one === settings.failOn);
  if (found) return found;
  throw new JemError('bad-setting', `"${settings.failOn}" is no status to fail on`, {
    why: `It was given by ${settings.raw.failOn.from}.`,
    hint: `Write one of ${failOnChoices.join(', ')}.`,
  });
}
