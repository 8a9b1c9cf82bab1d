import { JemError } from '../errors.ts';
import type { SlowStatement } from '../health/slow/result.ts';
import type { HealthPage, PageStatement } from '../output/health-page.ts';
import { count, duration, grouped } from '../output/text.ts';
import { type Context, openSession, targetOf } from './context.ts';
import { slowThresholds } from './health-slow.ts';
import { planLines } from './plan-lines.ts';

/** So many statements stand in a report. */
const mostStatements = 10;

/** The slow statements of a report, of all that was counted; where there are none to see, why. */
export async function reportSlow(context: Context): Promise<Pick<HealthPage, 'slow' | 'slowNote'>> {
  const { slowStatements } = await import('../health/slow/slow.ts');
  try {
    await using session = await openSession(context, await targetOf(context), 'read');
    const { statements, period, unseen } = await slowStatements(session, {
      ...{ forMs: 0, sinceReset: true, by: 'total', limit: mostStatements, script: null },
      ...{ thresholds: slowThresholds, trustFunctions: false, signal: context.signal },
    });
    const hidden = unseen
      ? ` ${count(unseen.number, 'statement')} of others not seen: ${unseen.grant}`
      : '';
    return {
      slow: statements.map(pageStatement),
      slowNote: `All that was counted since ${period?.from ?? 'the counters began'}.${hidden}`,
    };
  } catch (error) {
    if (!(error instanceof JemError) || error.class === 'interrupted') throw error;
    return { slow: [], slowNote: `${error.message}.` };
  }
}

function pageStatement({
  text,
  role,
  counted,
  plan,
  noPlan,
  advice,
}: SlowStatement): PageStatement {
  return {
    text,
    numbers: [...(counted ? numbersOf(counted) : []), ...(role ? [`role ${role}`] : [])].join(', '),
    plan: plan ? planLines(plan).join('\n') : null,
    noPlan: noPlan?.reason ?? null,
    advice: advice.map(({ id, reason, sql }) => `${id}: ${reason}${sql ? ` ${sql}` : ''}`),
  };
}

function numbersOf({
  share,
  totalMs,
  calls,
  meanMs,
  p95,
}: NonNullable<SlowStatement['counted']>): string[] {
  return [
    `${Math.round(share * 100)} % of all time`,
    `${duration(totalMs)} in ${grouped(calls)} calls`,
    `mean ${duration(meanMs)}`,
    `P95 ${duration(p95.atLeastMs)} to ${duration(p95.atMostMs)}`,
  ];
}
