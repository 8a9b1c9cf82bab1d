import type { Metric, MetricPoint } from '../../engines/health.ts';
import type { Export } from './metrics.ts';

/*
 * The numbers are those of opentelemetry/proto/collector/metrics/v1/metrics_service.proto,
 * metrics/v1/metrics.proto, resource/v1/resource.proto and common/v1/common.proto; the encoding is
 * that of protobuf.dev/programming-guides/encoding.
 */
const cumulative = 2;
const wire = { varint: 0, fixed64: 1, bytes: 2 } as const;

/** An ExportMetricsServiceRequest as protobuf. Pure. */
export function otlpProtobuf({ resource, version, at, metrics }: Export): Buffer {
  const time = BigInt(at) * 1_000_000n;
  const scope = message(text(1, 'jem-db'), text(2, version));
  const scopeMetrics = message(
    nested(1, scope),
    ...metrics.map((one) => nested(2, metric(one, time))),
  );
  const resourceMetrics = message(
    nested(1, message(...attributes(1, resource))),
    nested(2, scopeMetrics),
  );
  return message(nested(1, resourceMetrics));
}

function metric({ name, description, unit, kind, points }: Metric, time: bigint): Buffer {
  const dataPoints = points.map((one) => nested(1, point(one, time)));
  return message(
    text(1, name),
    text(2, description),
    text(3, unit),
    kind === 'gauge'
      ? nested(5, message(...dataPoints))
      : nested(7, message(...dataPoints, number(2, cumulative), number(3, 1))),
  );
}

function point({ attributes: named, value }: MetricPoint, time: bigint): Buffer {
  return message(fixed(3, time), double(4, value), ...attributes(7, named));
}

function attributes(field: number, named: Readonly<Record<string, string>>): Buffer[] {
  return Object.entries(named).map(([key, value]) =>
    nested(field, message(text(1, key), nested(2, text(1, value)))),
  );
}

function message(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts);
}

function nested(field: number, content: Buffer): Buffer {
  return Buffer.concat([tag(field, wire.bytes), varint(content.length), content]);
}

function text(field: number, value: string): Buffer {
  return nested(field, Buffer.from(value));
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([tag(field, wire.varint), varint(value)]);
}

function fixed(field: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([tag(field, wire.fixed64), bytes]);
}

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(field, wire.fixed64), bytes]);
}

function tag(field: number, type: number): Buffer {
  return varint(field * 8 + type);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
