import { healthGroups, type HealthStatus } from '../engines/health.ts';
import { type CheckResult, type HealthResult, sortedByStatus } from '../health/run.ts';
import type { Paint } from '../output/paint.ts';
import { columns, count, labelled } from '../output/text.ts';

/** So many of the things that a check found are shown; `--json` has them all. */
const mostObjects = 5;
/** More lines than this are for `--json`. */
const mostLines = 20;
const widest = Math.max(...healthGroups.map((group) => group.length));

const colours = {
  critical: 'red',
  warning: 'yellow',
  unknown: 'cyan',
  ok: 'green',
} as const satisfies Record<HealthStatus, keyof Paint>;

/** Health for people: what is not well first and in full, then what is, a line each. */
export function describeHealth({ status, checks, skipped }: HealthResult, paint: Paint): string {
  const bad = checks.filter((check) => check.status !== 'ok');
  const well = checks.filter((check) => check.status === 'ok');
  return [
    ...sortedByStatus(bad).flatMap((check) => [...describeCheck(check, paint), '']),
    ...wellLines(well).map((line) => paint.dim(line)),
    ...(skipped.length > 0
      ? [
          paint.dim(
            labelled('', `Not for this database: ${skipped.map(({ id }) => id).join(', ')}`),
          ),
        ]
      : []),
    paint[colours[status]](totals(checks)),
    '',
  ].join('\n');
}

/** One check in full: what was seen, and the next step. */
export function describeCheck(
  { id, status, summary, hint, objects = [] }: CheckResult,
  paint: Paint,
): string[] {
  const more = objects.length - mostObjects;
  return [
    paint[colours[status]](`${status.toUpperCase().padEnd(8)}  ${id}`),
    labelled('  ', summary),
    ...objects
      .slice(0, mostObjects)
      .map(({ name, detail }) => paint.dim(shortened(`    ${name}  ${detail}`))),
    ...(more > 0 ? [paint.dim(`    and ${more} more; --json shows them all`)] : []),
    ...(hint === null ? [] : [labelled('  → ', hint)]),
  ];
}

/** A line for each; where they are many, one for each group, so that what is not well stays in sight. */
function wellLines(well: readonly CheckResult[]): string[] {
  if (well.length <= mostLines)
    return columns(well.map(({ id, summary }) => [`ok  ${id}`, summary])).map(shortened);
  return healthGroups.flatMap((group) => {
    const ids = well.filter((check) => check.group === group).map(({ id }) => id);
    return ids.length > 0 ? [labelled(`ok  ${group.padEnd(widest)}  `, ids.join(', '))] : [];
  });
}

/** One line of 80 columns. */
function shortened(line: string): string {
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}

function totals(checks: readonly CheckResult[]): string {
  const number = (status: HealthStatus): number =>
    checks.filter((check) => check.status === status).length;
  const bad = (['critical', 'warning', 'unknown'] as const)
    .filter((status) => number(status) > 0)
    .map((status) => `${number(status)} ${status}`);
  return `${count(checks.length, 'check')}: ${[...bad, `${number('ok')} ok`].join(', ')}`;
}
