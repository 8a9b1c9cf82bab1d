import { JemError } from '../../errors.ts';

/** Where to push to, as the variables of OpenTelemetry say it. */
export interface OtlpSettings {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout: number;
  readonly encoding: 'protobuf' | 'json';
}

const defaultEndpoint = 'http://localhost:4318';
const defaultTimeout = 10_000;

/**
 * Reads `OTEL_EXPORTER_OTLP_*`, those of metrics before those of all signals
 * (opentelemetry.io/docs/specs/otel/protocol/exporter). Throws `bad-setting`. Pure.
 */
export function otlpSettings(env: Readonly<Record<string, string | undefined>>): OtlpSettings {
  const variable = (name: string): string | undefined =>
    env[`OTEL_EXPORTER_OTLP_METRICS_${name}`] || env[`OTEL_EXPORTER_OTLP_${name}`] || undefined;
  const own = env['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'];
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT'] || defaultEndpoint;
  const url = own || `${base.replace(/\/+$/, '')}/v1/metrics`;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw bad('ENDPOINT', 'is no URL of http or https');
  const { address, login } = apart(url);
  const timeout = Number(variable('TIMEOUT') ?? defaultTimeout);
  if (!(timeout > 0)) throw bad('TIMEOUT', 'is no number of milliseconds');
  return {
    url: address,
    timeout,
    encoding: encodingOf(variable('PROTOCOL')),
    headers: { ...login, ...headersOf(variable('HEADERS')) },
  };
}

/**
 * What `OTEL_RESOURCE_ATTRIBUTES` and, over it, `OTEL_SERVICE_NAME` say of the resource; names and
 * values are percent-encoded, as W3C baggage has it (opentelemetry.io/docs/specs/otel/resource/sdk).
 * What is no pair of a name and a value is left out. Pure.
 */
export function resourceAttributes(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const attributes = (env['OTEL_RESOURCE_ATTRIBUTES'] ?? '')
    .split(',')
    .map((pair) => /^\s*([^=]+?)\s*=\s*(.*?)\s*$/.exec(pair) ?? [])
    .flatMap(([, name, value]) => (name ? [[decoded(name), decoded(value ?? '')] as const] : []));
  const service = env['OTEL_SERVICE_NAME'];
  return { ...Object.fromEntries(attributes), ...(service ? { 'service.name': service } : {}) };
}

/** `fetch` takes no login in a URL, and would quote it. */
function apart(text: string): { address: string; login: Record<string, string> } {
  const url = new URL(text);
  const words = [url.username, url.password].map(decoded).join(':');
  url.username = '';
  url.password = '';
  const authorization = `Basic ${Buffer.from(words).toString('base64')}`;
  return { address: url.href, login: words === ':' ? {} : { authorization } };
}

function encodingOf(protocol: string | undefined): OtlpSettings['encoding'] {
  if (protocol === undefined || protocol === '' || protocol === 'http/protobuf') return 'protobuf';
  if (protocol === 'http/json') return 'json';
  throw bad('PROTOCOL', `is "${protocol}"; jem-db speaks http/protobuf and http/json`);
}

/** `name=value,name=value`, percent-encoded, as W3C baggage has it. */
function headersOf(text = ''): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const pair of text.split(',').filter((each) => each.trim() !== '')) {
    const [name = '', ...value] = pair.split('=');
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name.trim()) || value.length === 0)
      // What stands there may be a secret.
      throw bad('HEADERS', 'is no list of name=value pairs');
    headers[name.trim()] = decoded(value.join('=').trim());
  }
  return headers;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function bad(name: string, why: string): JemError {
  return new JemError('bad-setting', `OTEL_EXPORTER_OTLP_${name} ${why}`, {
    hint: 'opentelemetry.io/docs/specs/otel/protocol/exporter describes these variables.',
  });
}
