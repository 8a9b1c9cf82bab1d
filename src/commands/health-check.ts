import { JemError } from '../errors.ts';
import type { HealthResult } from '../health/run.ts';
import { type FailOn, failOnChoices, fails } from '../health/status.ts';
import { command } from './command.ts';
import { type Context, engineInUse } from './context.ts';
import { lookAtHealth, planHealth } from './health-look.ts';
import { ownSettings } from './health-own.ts';
import { describeHealth } from './health-text.ts';
import { timeOption } from './time-option.ts';

/** Milliseconds. */
const defaultBudget = 10_000;

export const healthCheck = command<HealthResult & { readonly failed: boolean }>({
  name: 'health check',
  summary: 'is the database well? every check, the worst first',
  description:
    'Reads, and changes nothing; waits for no lock. A check that could not look is unknown, never ok, and says which right it lacks. Exit code 1 where one is not well.',
  byDefault: true,
  silentWhenWell: true,
  options: [
    { flags: '--only <ids>', help: 'only these checks, or groups of them' },
    {
      flags: '--threshold <id=warning:critical>',
      help: 'other bounds for a check',
      repeatable: true,
    },
    { flags: '--timeout <time>', help: 'longest time for all checks (default: 10s)' },
  ],
  settings: [...ownSettings, 'skipChecks', 'thresholds', 'failOn'],
  examples: [
    ['jem-db health', 'all checks'],
    ['jem-db health check --only security,locks', 'two groups of them'],
    ['jem-db health check --threshold connections=70:85', 'stricter than usual'],
  ],
  engine: (_input, context) => engineInUse(context),
  async run(input, context) {
    const failOn = failOnOf(context);
    const plan = await planHealth(context, {
      only: listed(input.text('only')),
      thresholds: input.list('threshold'),
      budget: timeOption(input, 'timeout') ?? defaultBudget,
    });
    const result = await lookAtHealth(context, plan);
    return { ...result, failed: fails(result.status, failOn) };
  },
  finding: ({ failed }) => failed,
  render: describeHealth,
});

function listed(text = ''): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

/** Throws `bad-setting`. */
export function failOnOf({ settings }: Pick<Context, 'settings'>): FailOn {
  const found = failOnChoices.find((one) => one === settings.failOn);
  if (found) return found;
  throw new JemError('bad-setting', `"${settings.failOn}" is no status to fail on`, {
    why: `It was given by ${settings.raw.failOn.from}.`,
    hint: `Write one of ${failOnChoices.join(', ')}.`,
  });
}
