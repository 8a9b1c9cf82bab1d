import type { SchemaValue } from '../engines/schema.ts';
import type { Paint } from '../output/paint.ts';
import { columns, labelled } from '../output/text.ts';
import type { Comparison } from '../schema/difference.ts';
import { displayName, type DifferenceReport } from '../schema/report.ts';

/** Differences for people: what, expected, there, and the SQL that would mend all of them. */
export function describeDifferences(
  { differences, script }: Pick<Comparison, 'differences' | 'script'>,
  paint: Paint,
): string[] {
  if (differences.length === 0) return [];
  const notes = differences.flatMap(({ object, note }) =>
    note === null ? [] : [labelled(`${displayName(object)}: `, note)],
  );
  return [
    '',
    ...differences.flatMap((difference) => describe(difference, paint)),
    '',
    ...notes,
    ...(script.length > 0 ? [paint.bold('SQL that would mend it:'), ...script] : []),
    '',
  ];
}

export function describeRemarks({ remarks }: Pick<Comparison, 'remarks'>): string[] {
  return remarks.map((remark) => labelled('note: ', remark));
}

const colourOf = { missing: 'red', unexpected: 'yellow', changed: 'yellow' } as const;

function describe({ change, object, expected, actual }: DifferenceReport, paint: Paint): string[] {
  const head = `${paint[colourOf[change]](change.padEnd(10))} ${object.type} ${displayName(object)}`;
  if (change !== 'changed') return [head];
  const rows = Object.keys(expected ?? {}).flatMap((name) => [
    [`  ${name}`, 'expected', shown(expected?.[name])],
    ['', 'there', shown(actual?.[name])],
  ]);
  return [head, ...columns(rows)];
}

/** A value on one line; a long text shows where it begins. */
function shown(value: SchemaValue | undefined): string {
  if (value === null || value === undefined) return '-';
  const text = typeof value === 'object' ? value.join(', ') || '-' : String(value);
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 160 ? `${line.slice(0, 157)}…` : line;
}
