import type { HealthUnit, Metric, MetricPoint } from '../../engines/health.ts';
import type { CheckResult, HealthResult } from '../run.ts';
import { pluginCodes } from './nagios.ts';

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly samples: readonly MetricPoint[];
}

/**
 * Health and what the database counts in the text format of Prometheus
 * (prometheus.io/docs/instrumenting/exposition_formats). Pure. `at`: milliseconds since 1970.
 */
export function prometheusText(
  result: HealthResult,
  metrics: readonly Metric[],
  { at, database }: { readonly at: number; readonly database: string },
): string {
  return [...familiesOf(result, at), ...metrics.map(familyOf)]
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, help, type, samples }) => [
      `# HELP ${name} ${escapedHelp(help)}`,
      `# TYPE ${name} ${type}`,
      ...samples.map(
        ({ attributes, value }) => `${name}${labels({ database, ...attributes })} ${value}`,
      ),
    ])
    .concat('')
    .join('\n');
}

function familiesOf({ checks }: HealthResult, at: number): Family[] {
  const down = checks.some(
    ({ id, status, value }) =>
      // What could not be connected to has no time that it took.
      id === 'connection' && status === 'critical' && value === null,
  );
  return [
    gauge('jem_db_up', 'Whether the database could be reached.', [
      { attributes: {}, value: down ? 0 : 1 },
    ]),
    gauge(
      'jem_db_check_status',
      'How a check came out: 0 ok, 1 warning, 2 critical, 3 unknown.',
      checks.map((check) => ({
        attributes: { check: check.id, group: check.group },
        value: pluginCodes[check.status],
      })),
    ),
    ...unitFamilies.map(({ unit, name, factor }) =>
      gauge(
        name,
        'The value of a check, as it is held against its thresholds.',
        checks
          .filter((check) => check.unit === unit && isNumber(check.value))
          .map((check) => ({
            attributes: { check: check.id },
            value: rounded((check.value ?? 0) * factor),
          })),
      ),
    ),
    gauge(
      'jem_db_check_age_timestamp_seconds',
      'When that was, of which a check takes the age.',
      checks.filter(isAged).map(({ id, value }) => ({
        attributes: { check: id },
        value: Math.round(at / 1000 - (value ?? 0)),
      })),
    ),
    gauge(
      'jem_db_check_duration_seconds',
      'How long a check took.',
      checks.map(({ id, durationMs }) => ({
        attributes: { check: id },
        value: rounded(durationMs / 1000),
      })),
    ),
    gauge('jem_db_health_timestamp_seconds', 'When the checks were run.', [
      { attributes: {}, value: Math.round(at / 1000) },
    ]),
  ];
}

function isAged({ isAge, value }: CheckResult): boolean {
  return isAge === true && isNumber(value);
}

const unitFamilies: readonly {
  readonly unit: HealthUnit;
  readonly name: string;
  readonly factor: number;
}[] = [
  { unit: 's', name: 'jem_db_check_seconds', factor: 1 },
  { unit: 'B', name: 'jem_db_check_bytes', factor: 1 },
  { unit: '%', name: 'jem_db_check_ratio', factor: 0.01 },
  { unit: null, name: 'jem_db_check_value', factor: 1 },
];

function gauge(name: string, help: string, samples: readonly MetricPoint[]): Family {
  return { name, help, type: 'gauge', samples };
}

const baseUnits: Readonly<Record<string, readonly [suffix: string, factor: number]>> = {
  By: ['_bytes', 1],
  s: ['_seconds', 1],
  ms: ['_seconds', 0.001],
};

/**
 * The name as OpenTelemetry's own translation has it, `postgresql.db_size` in `By`, but in base
 * units, and without the `_count` that Prometheus keeps for histograms.
 */
function familyOf({ name, description, unit, kind, points }: Metric): Family {
  const base = name.replace(/\.count$/, 's').replaceAll(/[^a-zA-Z0-9_]/g, '_');
  const [suffix, factor] = baseUnits[unit] ?? ['', 1];
  return {
    name: `${base}${suffix}${kind === 'counter' ? '_total' : ''}`,
    help: description,
    type: kind,
    samples: points.map(({ attributes, value }) => ({
      attributes,
      value: rounded(value * factor),
    })),
  };
}

function labels(attributes: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(attributes).map(
    ([name, value]) => `${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}="${escaped(value)}"`,
  );
  return `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function escapedHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function isNumber(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
