import type { DryRunResult, SeenStatement } from '../migrate/dry-run.ts';
import type { Paint } from '../output/paint.ts';
import { columns, count, duration, labelled } from '../output/text.ts';
import { displayName, type DifferenceReport } from '../schema/report.ts';

/** How an object would be changed, as `migrate up --dry-run` reports it. */
export interface SchemaChange {
  readonly change: 'created' | 'dropped' | 'changed';
  readonly object: DifferenceReport['object'];
  readonly before: DifferenceReport['expected'];
  readonly after: DifferenceReport['actual'];
}

export interface DryRunReport extends DryRunResult {
  readonly differences: readonly SchemaChange[];
}

const words = { missing: 'dropped', unexpected: 'created', changed: 'changed' } as const;

/** The differences of a comparison of before with after, as changes. */
export function changesOf(differences: readonly DifferenceReport[]): SchemaChange[] {
  return differences.map(({ change, object, expected, actual }) => ({
    change: words[change],
    object,
    before: expected,
    after: actual,
  }));
}

/** What a dry run saw, for people. */
export function describeDryRun(
  { applied, differences, scratch }: DryRunReport,
  paint: Paint,
): string {
  return [
    ...applied.flatMap(({ name, durationMs, ranIn, statements }) => [
      `${paint.green(name)}  ${duration(durationMs)}${ranIn === 'scratch' ? ', in a scratch database' : ''}`,
      ...columns(
        statements.map((seen) => [
          `  line ${seen.line}`,
          duration(seen.durationMs),
          cut(seen.text),
        ]),
      ).flatMap((line, index) => [line, ...effects(statements[index])]),
    ]),
    '',
    ...(differences.length > 0 ? [paint.bold('The schema would change:')] : []),
    ...columns(
      differences.map(({ change, object }) => [`  ${change}`, object.type, displayName(object)]),
    ),
    ...(scratch === null
      ? []
      : [labelled('note: ', `What cannot be rolled back ran in ${scratch}.`)]),
    paint.bold(`${count(applied.length, 'migration')} tried and rolled back; nothing was changed.`),
    '',
  ].join('\n');
}

function effects(seen: SeenStatement | undefined): string[] {
  if (!seen) return [];
  const { locks, rewritten, scanned } = seen;
  return [
    ...locks.map(({ relation, mode }) => `    lock     ${mode} on ${relation}`),
    ...rewritten.map((relation) => `    rewrites ${relation}`),
    ...scanned.map((relation) => `    reads    all of ${relation}`),
  ];
}

const mostShown = 56;

function cut(text: string): string {
  return text.length > mostShown ? `${text.slice(0, mostShown - 1)}…` : text;
}
