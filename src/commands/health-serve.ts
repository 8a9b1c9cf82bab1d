import type { HealthStatus } from '../engines/health.ts';
import { JemError } from '../errors.ts';
import type { Latest } from '../health/serve/latest.ts';
import { prometheusText } from '../health/formats/prometheus.ts';
import { command } from './command.ts';
import { engineInUse } from './context.ts';
import { failOnOf } from './fail-on.ts';
import { checkExport } from './health-export.ts';
import { type Looked, planHealth } from './health-look.ts';
import { ownSettings } from './health-own.ts';
import { healthRound } from './health-round.ts';
import { quietly } from './quietly.ts';
import { scheduledSettings } from './scheduled.ts';
import { timeOption } from './time-option.ts';

const defaults = { listen: '127.0.0.1:9632', every: 30_000, budget: 10_000, rate: 20 } as const;
interface Seen extends Looked {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly asOf: string;
}

/** Milliseconds for which an answer of readiness is good. */
const readyFor = 5000;

export const healthServe = command<{ readonly served: string }>({
  name: 'health serve',
  summary: 'endpoints for probes and Prometheus',
  description:
    '/livez: this process runs; touches no database. /readyz: the database answers. /healthz: all checks as JSON, 503 where one is critical. /metrics: for Prometheus. Runs until it is stopped. Changes for the worse and recoveries are told to --on-failure, --on-recovery and --webhook, repetitions are not.',
  options: [
    { flags: '--listen <host:port>', help: `where (default: ${defaults.listen})` },
    { flags: '--every <time>', help: 'how often all checks are run (default: 30s)' },
    { flags: '--rate <n>', help: `requests a second from one address (default: ${defaults.rate})` },
    { flags: '--otlp', help: 'push metrics each time (OTEL_EXPORTER_OTLP_*)' },
  ],
  settings: [
    ...ownSettings,
    'skipChecks',
    'thresholds',
    'failOn',
    'tenantColumns',
    ...scheduledSettings,
  ],
  examples: [
    ['jem-db health serve', 'at http://127.0.0.1:9632'],
    ['jem-db health serve --listen 0.0.0.0:9632', 'for probes from outside of a container'],
    ['jem-db health serve --webhook "$HOOK"', 'and tell of changes'],
  ],
  engine: (_input, context) => engineInUse(context),
  async run(input, outer) {
    const { serve } = await import('../health/serve/server.ts');
    const { keepLooking } = await import('../health/serve/latest.ts');
    const { cached } = await import('../health/serve/cached.ts');
    const { healthDocument } = await import('../health/serve/document.ts');
    const context = quietly(outer);
    const { signal, report } = context;
    const wish = { failOn: failOnOf(context), otlp: input.flag('otlp') };
    const wanted = { only: [], thresholds: [], budget: defaults.budget };
    const plan = await planHealth(context, { ...wanted, metrics: true });
    const readiness = await planHealth(
      { ...context, settings: { ...context.settings, skipChecks: [] } },
      { ...wanted, only: ['connection'], metrics: false },
    );
    if (wish.otlp) await checkExport(context);
    const address = addressOf(input.text('listen') ?? defaults.listen);
    const every = timeOption(input, 'every') ?? defaults.every;
    const { lookAtHealth, resultOfError } = await import('./health-look.ts');

    let latest: Latest<Seen> | null = null;
    await using serving = await serve(
      {
        ready: cached(readyFor, async () => {
          const { status } = await lookAtHealth(context, readiness).catch(resultOfError);
          return status === 'ok' || status === 'warning'
            ? { ok: true, text: 'ready' }
            : { ok: false, text: 'the database does not answer' };
        }),
        async health() {
          const round = (await latest?.value()) ?? null;
          if (round === null) return { ok: false, json: '{"status":"unknown","checks":[]}\n' };
          return { ok: round.status !== 'critical', json: healthDocument(round, round.asOf) };
        },
        async metrics() {
          const round = (await latest?.value()) ?? null;
          // Nothing is better than what was true once: Prometheus knows what is stale.
          if (round === null) return '';
          const database = report.target?.display ?? '';
          return prometheusText(round, round.metrics ?? [], { at: round.at, database });
        },
      },
      { ...address, rate: input.number('rate') ?? defaults.rate },
    );
    report.note(`Serving ${serving.url}/livez, /readyz, /healthz and /metrics`);
    let last: HealthStatus | null = null;
    latest = keepLooking(every, signal, async (): Promise<Seen> => {
      const { looked, at } = await healthRound(context, plan, wish);
      const asOf = new Date(at).toISOString();
      if (looked.status !== last) report.note(`${asOf} ${looked.status}`);
      last = looked.status;
      return { ...looked, at, asOf };
    });
    await latest.ended;
    throw signal.reason;
  },
  render: () => '',
});

/** Throws `usage`. */
function addressOf(text: string): { readonly host: string; readonly port: number } {
  const [, host = '', port = ''] = /^(?:\[?([^\]]*?)\]?:)?(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535)
    throw new JemError('usage', `--listen takes HOST:PORT, not "${text}"`);
  return { host: host || '127.0.0.1', port: Number(port) };
}
