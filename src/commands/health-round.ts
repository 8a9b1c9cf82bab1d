import { JemError } from '../errors.ts';
import type { HealthResult } from '../health/run.ts';
import { type FailOn, fails, worstFirst } from '../health/status.ts';
import { sortedByStatus } from '../health/run.ts';
import type { Answer } from '../alerts/alerting.ts';
import type { Context } from './context.ts';
import { pushHealth } from './health-export.ts';
import { type HealthPlan, lookAtHealth, type Looked, resultOfError } from './health-look.ts';
import { scheduled } from './scheduled.ts';

export interface Round {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly looked: Looked;
  /** Why there was no connection; null: there was one. */
  readonly error: JemError | null;
}

export interface RoundWish {
  readonly failOn: FailOn;
  readonly otlp: boolean;
}

/**
 * Looks once at the health of a database that may be down, tells of a change for the worse and of
 * recovery, and pushes metrics where they are wanted.
 */
export function healthRound(
  context: Context,
  plan: HealthPlan,
  { failOn, otlp }: RoundWish,
): Promise<Round> {
  const { settings, report } = context;
  return scheduled(
    {
      command: 'health',
      // A look at a part tells nothing of the whole.
      job: [
        settings.raw.database.value ?? settings.raw.databaseFile.value ?? '',
        ...plan.only.toSorted(),
      ].join('\n'),
      async attempt() {
        let error: JemError | null = null;
        const looked: Looked = await lookAtHealth(context, plan).catch((thrown: unknown) => {
          error = thrown instanceof JemError ? thrown : null;
          return resultOfError(thrown);
        });
        const at = Date.now();
        if (otlp) await pushHealth(context, looked, { at, database: report.target?.display ?? '' });
        return { at, looked, error };
      },
      answerOf: ({ looked }) => (fails(looked.status, failOn) ? answerOf(looked) : null),
    },
    context,
  );
}

function answerOf({ status, checks }: HealthResult): Answer {
  const bad = sortedByStatus(checks).filter((check) => check.status !== 'ok');
  const [worst] = bad;
  const others = bad.length > 1 ? `; ${bad.length - 1} more not ok` : '';
  return {
    message: `${status}: ${worst ? `${worst.id}: ${worst.summary}` : 'nothing was looked at'}${others}`,
    level: worstFirst.length - worstFirst.indexOf(status),
  };
}
