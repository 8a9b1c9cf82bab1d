import { duration } from '../output/text.ts';
import type { WaitResult } from '../wait.ts';
import { command } from './command.ts';
import { openSession, targetOf } from './context.ts';
import { timeOption } from './time-option.ts';

const defaultTries = 30;

export const wait = command<WaitResult>({
  name: 'wait',
  summary: 'wait until the database answers',
  description:
    'Logs in for real, again after 1, 2, 4 … 30 seconds. Gives up at once on what waiting cannot heal: a wrong password, a missing database.',
  options: [
    { flags: '--tries <n>', help: `try at most this often (default: ${defaultTries})` },
    { flags: '--timeout <time>', help: 'give up after this time (30s, 5min)' },
  ],
  examples: [['jem-db wait --timeout 2min && jem-db migrate', 'when a container starts']],
  async run(input, context) {
    const { waitForDatabase } = await import('../wait.ts');
    const target = await targetOf(context);
    const { settings } = context;
    const login = (longest: number): ReturnType<typeof openSession> => {
      const connectTimeout = Math.min(settings.connectTimeout, longest);
      const hasty = { ...context, settings: { ...settings, connectTimeout } };
      return openSession(hasty, target, 'existing');
    };
    return waitForDatabase(login, {
      tries: input.number('tries') ?? defaultTries,
      timeout: timeOption(input, 'timeout'),
      signal: context.signal,
      onWait: (error, waitedMs) =>
        context.report.note(
          `waiting for ${target.display} (${duration(waitedMs)}): ${error.message}`,
        ),
    });
  },
  render: ({ waitedMs, tries }) =>
    `Ready after ${duration(waitedMs)}${tries > 1 ? `, at try ${tries}` : ''}.\n`,
});
