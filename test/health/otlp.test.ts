import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { pushMetrics } from '../../src/health/otlp/push.ts';
import { otlpSettings, resourceAttributes } from '../../src/health/otlp/settings.ts';
import { postgresVersions, sharedPostgres } from '../support/postgres.ts';
import { project, twoMigrations } from '../support/project.ts';
import { until } from '../support/until.ts';
import { otlpProgram, startOtlpReceiver } from './otlp-receiver.ts';

const program = otlpProgram();
const exported = {
  resource: { 'service.name': 'jem-db' },
  ...{ version: '1.2.3', at: 1_700_000_000_123 },
  metrics: [
    {
      name: 'a.count',
      description: 'an a',
      unit: '{a}',
      kind: 'counter',
      points: [{ attributes: { x: 'ö' }, value: 2 ** 40 }],
    },
    {
      name: 'b',
      description: 'a b',
      unit: 's',
      kind: 'gauge',
      points: [{ attributes: {}, value: -0.5 }],
    },
  ],
} as const;

describe.runIf(program !== null)('a push to a real collector', () => {
  it.each(postgresVersions())(
    'of health, from PostgreSQL $major, is stored whole',
    async ({ major }) => {
      const server = await sharedPostgres(major);
      await using receiver = await startOtlpReceiver(program ?? '');
      await using work = await project({}, server.url());
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test%2Cearly',
      };
      const { stderr } = await work.run(
        ['health', 'check', '--otlp', '--only', 'connection,connections'],
        { env },
      );
      expect(stderr).not.toContain('not taken');
      const stored = await until('what was pushed', async () => {
        const found = await receiver.stored();
        return found.has('jem_db.check.status') && found;
      });
      expect(stored.get('jem_db.check.status')).toHaveLength(2);
      expect(stored.get('jem_db.check.status')).toContainEqual({
        labels: expect.objectContaining({
          ...{ 'jem_db.check.id': 'connections', 'db.system.name': 'postgresql' },
          ...{ 'deployment.environment': 'test,early', 'service.name': 'jem-db' },
        }),
        value: 0,
      });
      expect(stored.get('postgresql.connection.max')?.[0]?.value).toBeGreaterThan(10);
      expect(stored.get('postgresql.db_size')?.[0]?.value).toBeGreaterThan(1e6);
      expect(stored.get('postgresql.operations')?.length).toBeGreaterThanOrEqual(3);
      expect(JSON.stringify([...stored])).not.toContain(new URL(server.url()).password);
    },
  );

  it('keeps every number and every letter', async () => {
    await using receiver = await startOtlpReceiver(program ?? '');
    const settings = otlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
    const now = { ...exported, at: Date.now() };
    expect(await pushMetrics(now, settings, new AbortController().signal)).toBeNull();
    const stored = await until('what was pushed', async () => {
      const found = await receiver.stored();
      return found.has('b') && found;
    });
    expect(stored.get('a.count')).toEqual([
      { labels: { 'service.name': 'jem-db', x: 'ö' }, value: 2 ** 40 },
    ]);
    expect(stored.get('b')).toEqual([{ labels: { 'service.name': 'jem-db' }, value: -0.5 }]);
  });
});

interface Collector extends AsyncDisposable {
  readonly url: string;
  readonly requests: {
    readonly path: string;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly body: string;
  }[];
}

async function collector(status: number, answer: string | Buffer): Promise<Collector> {
  const requests: Collector['requests'] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      requests.push({ path: request.url ?? '', headers: request.headers, body });
      if (status > 0) response.writeHead(status).end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const never = new AbortController().signal;

describe('a push', () => {
  it('goes where the variables say, with their headers, in their encoding', async () => {
    await using there = await collector(200, '{"partialSuccess":{}}');
    const settings = otlpSettings({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${there.url}/base/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc, x=1=2',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
    });
    expect(await pushMetrics(exported, settings, never)).toBeNull();
    const [request] = there.requests;
    expect(request?.path).toBe('/base/v1/metrics');
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer abc',
      x: '1=2',
      'content-type': 'application/json',
    });
    // The names of the JSON encoding: opentelemetry-proto/examples/metrics.json.
    const point = (value: number, attributes: object[]) => [
      { attributes, timeUnixNano: '1700000000123000000', asDouble: value },
    ];
    expect(JSON.parse(request?.body ?? '')).toEqual({
      resourceMetrics: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'jem-db' } }] },
          scopeMetrics: [
            {
              scope: { name: 'jem-db', version: '1.2.3' },
              metrics: [
                {
                  name: 'a.count',
                  description: 'an a',
                  unit: '{a}',
                  sum: {
                    aggregationTemporality: 2,
                    isMonotonic: true,
                    dataPoints: point(2 ** 40, [{ key: 'x', value: { stringValue: 'ö' } }]),
                  },
                },
                {
                  name: 'b',
                  description: 'a b',
                  unit: 's',
                  gauge: { dataPoints: point(-0.5, []) },
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it.each([
    [
      'JSON',
      'http/json',
      Buffer.from('{"partialSuccess":{"rejectedDataPoints":"2","errorMessage":"too old"}}'),
    ],
    // 1: {1: 2, 2: "too old"}
    ['protobuf', 'http/protobuf', Buffer.from('0a0b08021207746f6f206f6c64', 'hex')],
  ])('tells what was rejected of it, said in %s', async (_name, protocol, answer) => {
    await using there = await collector(200, answer);
    const settings = otlpSettings({
      OTEL_EXPORTER_OTLP_ENDPOINT: there.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    });
    expect(await pushMetrics(exported, settings, never)).toMatch(
      /took a part only: 2 points rejected; too old/,
    );
  });

  it('that fails is a warning, and never changes the verdict', async () => {
    await using refusing = await collector(404, 'no');
    await using silent = await collector(0, '');
    await using work = await project(twoMigrations);
    await work.run(['migrate', 'up', '-d', 'a.db']);
    const verdict = await work.run([
      'health',
      'check',
      '--json',
      '-d',
      'a.db',
      '--only',
      'foreign-keys',
    ]);
    for (const [env, words] of [
      [{ OTEL_EXPORTER_OTLP_ENDPOINT: refusing.url }, '404'],
      [
        { OTEL_EXPORTER_OTLP_ENDPOINT: silent.url, OTEL_EXPORTER_OTLP_TIMEOUT: '200' },
        'no answer within 200 ms',
      ],
      [
        { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://some:pass-word@127.0.0.1:9' },
        'could not be reached',
      ],
    ] as const) {
      const run = await work.run(
        ['health', 'check', '--json', '--otlp', '-d', 'a.db', '--only', 'foreign-keys'],
        { env },
      );
      expect(run.exitCode).toBe(verdict.exitCode);
      const { warnings, result } = run.json();
      expect(result['status']).toBe(verdict.json().result['status']);
      expect(warnings).toEqual([
        { code: 'export-failed', message: expect.stringContaining(words) },
      ]);
      expect(run.stdout + run.stderr).not.toContain('pass-word');
    }
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /PROTOCOL is "grpc"/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }, /ENDPOINT is no URL/],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: 'soon' }, /TIMEOUT is no number/],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 's3cret' }, /^(?!.*s3cret).*HEADERS is no list/],
  ])('refuses %j', (env, words) => {
    expect(() => otlpSettings(env)).toThrow(words);
  });
});

describe('the attributes of the resource', () => {
  it.each([
    ['team=a%2Cb, site=K%C3%B6ln%20%3D%201', { team: 'a,b', site: 'Köln = 1' }],
    ['a=100%,b=%zz', { a: '100%', b: '%zz' }],
    ['a=b=c,,nothing,=x,empty=', { a: 'b=c', empty: '' }],
    ['a+b=1+1', { 'a+b': '1+1' }],
    ['', {}],
  ])('are percent-encoded, as W3C baggage has it: %s', (text, attributes) => {
    expect(resourceAttributes({ OTEL_RESOURCE_ATTRIBUTES: text })).toEqual(attributes);
  });

  it('have the name of the service over all', () => {
    expect(
      resourceAttributes({
        OTEL_RESOURCE_ATTRIBUTES: 'service.name=one,a=b',
        OTEL_SERVICE_NAME: 'two%20',
      }),
    ).toEqual({ 'service.name': 'two%20', a: 'b' });
  });
});
