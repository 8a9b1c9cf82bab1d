import type { CheckResult, HealthResult } from '../../src/health/run.ts';
import { worstOf } from '../../src/health/status.ts';

/** A check as it might come out; `ok` unless told. */
export function checked(part: Partial<CheckResult>): CheckResult {
  return {
    ...{ id: 'connections', title: 'slots in use', group: 'capacity' },
    ...{ status: 'ok', value: 5, unit: '%', warning: 80, critical: 95 },
    ...{ summary: '5 of 100 are in use', hint: null, durationMs: 1.5 },
    ...part,
  };
}

export function resultWith(...checks: readonly CheckResult[]): HealthResult {
  return { status: worstOf(checks.map(({ status }) => status)), checks, skipped: [] };
}
