import type { Metric, MetricPoint } from '../../engines/health.ts';
import type { Export } from './metrics.ts';

const cumulative = 2;

/**
 * An ExportMetricsServiceRequest in the JSON encoding of OTLP
 * (opentelemetry.io/docs/specs/otlp, opentelemetry/proto/metrics/v1). Pure.
 */
export function otlpJson({ resource, version, at, metrics }: Export): string {
  const time = `${at}000000`;
  const request = {
    resourceMetrics: [
      {
        resource: { attributes: attributes(resource) },
        scopeMetrics: [
          { scope: { name: 'jem-db', version }, metrics: metrics.map((one) => metric(one, time)) },
        ],
      },
    ],
  };
  return JSON.stringify(request);
}

function metric({ name, description, unit, kind, points }: Metric, time: string): object {
  const dataPoints = points.map((one) => point(one, time));
  const data =
    kind === 'gauge'
      ? { gauge: { dataPoints } }
      : { sum: { dataPoints, aggregationTemporality: cumulative, isMonotonic: true } };
  return { name, description, unit, ...data };
}

function point({ attributes: named, value }: MetricPoint, timeUnixNano: string): object {
  return { attributes: attributes(named), timeUnixNano, asDouble: value };
}

function attributes(named: Readonly<Record<string, string>>): object[] {
  return Object.entries(named).map(([key, text]) => ({ key, value: { stringValue: text } }));
}
