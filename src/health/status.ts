import type { Finding, HealthCheck, HealthStatus, Thresholds } from '../engines/health.ts';

/** What a value is, held against thresholds. Pure. */
export function statusOf(
  value: number,
  thresholds: Thresholds,
  lowIsBad: boolean,
): 'ok' | 'warning' | 'critical' {
  const reached = (bound: number | null): boolean =>
    bound !== null && (lowIsBad ? value <= bound : value >= bound);
  if (reached(thresholds.critical)) return 'critical';
  return reached(thresholds.warning) ? 'warning' : 'ok';
}

/** The status of a finding: its own, or what its value says. */
export function statusOfFinding(
  { status, value }: Finding,
  thresholds: Thresholds | null,
  { lowIsBad }: Pick<HealthCheck, 'lowIsBad'>,
): HealthStatus {
  if (status !== null) return status;
  if (value === null || Number.isNaN(value) || thresholds === null) return 'unknown';
  return statusOf(value, thresholds, lowIsBad === true);
}

/** From worst to best. What is bad for sure comes before what nobody could see. */
export const worstFirst: readonly HealthStatus[] = ['critical', 'warning', 'unknown', 'ok'];

export function worstOf(statuses: readonly HealthStatus[]): HealthStatus {
  return worstFirst.find((one) => statuses.includes(one)) ?? 'unknown';
}

/** From which status on a command says "no, it is not well". */
export const failOnChoices = ['critical', 'warning', 'never'] as const;
export type FailOn = (typeof failOnChoices)[number];

/** What could not be looked at is not well, unless only what is critical counts. */
export function fails(status: HealthStatus, failOn: FailOn): boolean {
  if (failOn === 'never') return false;
  return status === 'critical' || (failOn === 'warning' && status !== 'ok');
}
