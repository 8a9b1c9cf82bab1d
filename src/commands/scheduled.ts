import { join } from 'node:path';
import type { Answer } from '../alerts/alerting.ts';
import { duration } from '../output/text.ts';
import { JemError } from '../errors.ts';
import { withoutSecrets } from '../secrets.ts';
import type { SettingName } from '../setting-specs.ts';
import type { Context } from './context.ts';

/** Settings of the commands that schedulers call. */
export const scheduledSettings = [
  'retries',
  'onFailure',
  'onRecovery',
  'webhook',
] as const satisfies readonly SettingName[];

interface Scheduled<Result> {
  /** `backup create`. */
  readonly command: string;
  /** Tells this job from others of the same command. */
  readonly job: string;
  attempt(): Promise<Result>;
  /** Why the answer is no; null: all is well. */
  answerOf(result: Result): Answer | null;
}

/** Tries it as often as the settings say, and tells of its failure and of its recovery. */
export async function scheduled<Result>(
  { command, job, attempt, answerOf }: Scheduled<Result>,
  context: Context,
): Promise<Result> {
  const { settings, environment, report, signal } = context;
  const { retrying } = await import('../retry.ts');
  const tried = (): Promise<Result> =>
    retrying(attempt, {
      retries: settings.retries,
      signal,
      onRetry: (error, pause) =>
        report.note(`Trying again in ${duration(pause)}: ${error.message}`),
    });
  const { onFailure, onRecovery, webhook } = settings;
  if (onFailure === null && onRecovery === null && webhook === null) return tried();
  if (webhook !== null && !isWebAddress(webhook))
    throw new JemError('bad-setting', 'The webhook is no http or https URL', {
      why: `It was given by ${settings.raw.webhook.from}.`,
      hint: 'Write it whole, as https://chat.example/hooks/…',
    });
  const { alerting } = await import('../alerts/alerting.ts');
  const { env, home } = environment;
  const stateHome = env['XDG_STATE_HOME'] || join(home, '.local/state');
  const wish = {
    ...{ onFailure, onRecovery, webhook, command, env, signal },
    job: withoutSecrets(job),
    places: { backups: settings.backups, state: join(stateHome, 'jem-db') },
    warn: report.warn,
    database: () => report.target?.display ?? null,
  };
  return alerting(wish, tried, answerOf);
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
