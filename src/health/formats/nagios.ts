import type { HealthStatus } from '../../engines/health.ts';
import { type CheckResult, type HealthResult, sortedByStatus } from '../run.ts';

/** Exit codes of monitoring plugins (monitoring-plugins.org/doc/guidelines.html). */
export const pluginCodes = {
  ok: 0,
  warning: 1,
  critical: 2,
  unknown: 3,
} as const satisfies Record<HealthStatus, number>;

/**
 * Health as a monitoring plugin says it: one line with the state and the values, then a line for
 * each check that is not well. Pure.
 */
export function nagiosText({ status, checks }: HealthResult): string {
  const bad = sortedByStatus(checks.filter((check) => check.status !== 'ok'));
  const [worst] = bad;
  const summary = worst
    ? `${worst.id}: ${worst.summary}${bad.length > 1 ? `; ${bad.length - 1} more not ok` : ''}`
    : checks.length === 1
      ? '1 check is ok'
      : `${checks.length} checks are ok`;
  const values = checks.flatMap(perfdata).join(' ');
  return [
    `JEM-DB ${status.toUpperCase()}: ${plain(summary)}${values ? ` | ${values}` : ''}`,
    ...bad.map((check) => plain(`[${check.status.toUpperCase()}] ${check.id}: ${check.summary}`)),
    '',
  ].join('\n');
}

/** A bar would begin the values, a line break the long text. */
function plain(text: string): string {
  return text.replaceAll('|', '/').replaceAll(/\s+/g, ' ');
}

/** `'label'=value[UOM];warn;crit`: where low is bad, a range that must not be fallen below. */
function perfdata({ id, value, unit, warning, critical, lowIsBad }: CheckResult): string[] {
  if (value === null || !Number.isFinite(value)) return [];
  const range = (bound: number | null): string =>
    bound === null ? '' : lowIsBad ? `${bound}:` : String(bound);
  return [`'${id}'=${value}${unit ?? ''};${range(warning)};${range(critical)}`];
}
