import type { Metric } from '../engines/health.ts';
import type { HealthResult } from '../health/run.ts';
import { version } from '../version.ts';
import { type Context, engineInUse } from './context.ts';

/** Whether there is a place to push to. Throws `bad-setting`, before anything is looked at. */
export async function checkExport({ environment }: Context): Promise<void> {
  const { otlpSettings } = await import('../health/otlp/settings.ts');
  otlpSettings(environment.env);
}

/** Pushes health to a collector; what becomes of it is a warning at most. Throws `bad-setting`. */
export async function pushHealth(
  context: Context,
  result: HealthResult & { readonly metrics?: readonly Metric[] },
  { at, database }: { readonly at: number; readonly database: string },
): Promise<void> {
  const { environment, report, signal } = context;
  const { otlpSettings, resourceAttributes } = await import('../health/otlp/settings.ts');
  const { checkMetrics } = await import('../health/otlp/metrics.ts');
  const { pushMetrics } = await import('../health/otlp/push.ts');
  const { env } = environment;
  const { title } = await engineInUse(context);
  const refused = await pushMetrics(
    {
      resource: resourceOf(resourceAttributes(env), { engine: title, database }),
      version,
      at,
      metrics: [...checkMetrics(result), ...(result.metrics ?? [])],
    },
    otlpSettings(env),
    signal,
  );
  if (refused !== null)
    report.warn({ code: 'export-failed', message: `The metrics were not taken: ${refused}` });
}

/** What the environment says wins over what we say of ourselves. */
function resourceOf(
  given: Readonly<Record<string, string>>,
  { engine, database }: { readonly engine: string; readonly database: string },
): Record<string, string> {
  return {
    'service.name': 'jem-db',
    'db.system.name': engine.toLowerCase(),
    'jem_db.database': database,
    ...given,
  };
}
