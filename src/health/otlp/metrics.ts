import type { Metric } from '../../engines/health.ts';
import { pluginCodes } from '../formats/nagios.ts';
import type { HealthResult } from '../run.ts';

/** What is exported at one moment. */
export interface Export {
  /** Attributes of the resource, by the semantic conventions. */
  readonly resource: Readonly<Record<string, string>>;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly metrics: readonly Metric[];
}

/**
 * The checks as metrics of our own beside those of the database. No unit is `1`, which receivers
 * turn into a ratio. Pure.
 */
export function checkMetrics({ checks }: HealthResult): Metric[] {
  const valued = checks.filter(({ value }) => value !== null && Number.isFinite(value));
  const units = [...new Set(valued.map(({ unit }) => unit))];
  return [
    {
      name: 'jem_db.check.status',
      description: 'How a check came out: 0 ok, 1 warning, 2 critical, 3 unknown.',
      unit: '{status}',
      kind: 'gauge',
      points: checks.map(({ id, group, status }) => ({
        attributes: { 'jem_db.check.id': id, 'jem_db.check.group': group },
        value: pluginCodes[status],
      })),
    },
    ...units.map((unit): Metric => ({
      name: `jem_db.check.value${unit === null ? '' : suffixes[unit]}`,
      description: 'The value of a check, as it is held against its thresholds.',
      unit: unit === null ? '{value}' : ucum[unit],
      kind: 'gauge',
      points: valued
        .filter((check) => check.unit === unit)
        .map(({ id, value }) => ({ attributes: { 'jem_db.check.id': id }, value: value ?? 0 })),
    })),
    {
      name: 'jem_db.check.duration',
      description: 'How long a check took.',
      unit: 's',
      kind: 'gauge',
      points: checks.map(({ id, durationMs }) => ({
        attributes: { 'jem_db.check.id': id },
        value: durationMs / 1000,
      })),
    },
  ];
}

/** One name has one unit. */
const suffixes = { s: '.time', B: '.size', '%': '.percent' } as const;
const ucum = { s: 's', B: 'By', '%': '%' } as const;
