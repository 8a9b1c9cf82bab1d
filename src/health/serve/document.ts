import type { HealthResult } from '../run.ts';

/**
 * Health as `/healthz` tells it: no hints and no objects, in which names, queries and SQL stand
 * that are for operators alone. Pure.
 */
export function healthDocument({ status, checks, skipped }: HealthResult, asOf: string): string {
  return `${JSON.stringify({
    status,
    asOf,
    checks: checks.map(
      ({ id, title, group, status: one, value, unit, warning, critical, durationMs }) => ({
        ...{ id, title, group, status: one, value, unit, warning, critical, durationMs },
      }),
    ),
    skipped: skipped.map(({ id }) => id),
  })}\n`;
}
