import { setTimeout as sleep } from 'node:timers/promises';
import { Interrupted } from '../errors.ts';
import { duration, moment } from '../output/text.ts';
import type { Context } from './context.ts';
import type { HealthPlan } from './health-look.ts';
import { healthRound, type Round, type RoundWish } from './health-round.ts';
import { describeHealth } from './health-text.ts';
import { quietly } from './quietly.ts';

/**
 * Looks again and again, and shows what it sees, until it is stopped by hand: then it returns what
 * was seen last. Throws the signal's reason where it was stopped otherwise, or before it saw anything.
 */
export async function watchHealth(
  outer: Context,
  plan: HealthPlan,
  { every, ...wish }: RoundWish & { readonly every: number },
): Promise<Round> {
  const context = quietly(outer);
  const { signal, report } = context;
  let last: Round | null = null;
  let changedAt = Date.now();
  try {
    for (;;) {
      const round = await healthRound(context, plan, wish);
      if (round.looked.status !== last?.looked.status) changedAt = round.at;
      last = round;
      const { at, looked } = round;
      const since = `${looked.status} for ${duration(at - changedAt)}`;
      const when = `${moment(new Date(at).toISOString())}, ${since}`;
      const isRead = await report.draw((paint) =>
        [paint.bold(report.target?.display ?? ''), when, '', describeHealth(looked, paint)].join(
          '\n',
        ),
      );
      if (!isRead) return round;
      await sleep(every, undefined, { signal });
    }
  } catch (error) {
    const { reason } = signal as { readonly reason: unknown };
    const isByHand = reason instanceof Interrupted && reason.signalName === 'SIGINT';
    if (last && signal.aborted && isByHand) return last;
    throw signal.aborted ? reason : error;
  }
}
