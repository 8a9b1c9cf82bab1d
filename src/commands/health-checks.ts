import type { Engine } from '../engines/engine.ts';
import type { HealthCheck, HealthUnit } from '../engines/health.ts';
import { boundText } from '../health/thresholds.ts';
import type { Paint } from '../output/paint.ts';
import { columns, count, labelled } from '../output/text.ts';
import { everyEngine } from '../target.ts';
import { command } from './command.ts';
import { type Context, engineInUse } from './context.ts';
import { ownChecks } from './health-own.ts';

/** A check as it is listed; of thresholds, what it has without settings. */
interface ListedCheck {
  readonly id: string;
  /** `postgres`; null: of every engine, as far as it applies. */
  readonly engine: string | null;
  readonly group: HealthCheck['group'];
  readonly title: string;
  readonly unit: HealthUnit;
  readonly warning: number | null;
  readonly critical: number | null;
  readonly lowIsBad: boolean;
  /** Both, as `--threshold` takes them: `70% / 85%`; empty: it judges by itself. */
  readonly bounds: string;
  /** Null: any role may. */
  readonly needs: string | null;
  readonly source: string;
  readonly onRequest: boolean;
}

interface ChecksResult {
  /** In the order in which they run. */
  readonly checks: readonly ListedCheck[];
}

export const healthChecks = command<ChecksResult>({
  name: 'health checks',
  summary: 'every check: its id, group, bounds, and the rights it needs',
  description:
    'Connects to nothing. With -d, the checks for that kind of database; else all. A value that reaches a bound is a warning, or critical; those without bounds judge by themselves. What runs on request alone is named with --only.',
  examples: [
    ['jem-db health checks', 'all of them'],
    ['jem-db health checks -d postgres://db.example/app --json', 'those of PostgreSQL'],
  ],
  async run(_input, context) {
    const engines = isNamed(context) ? [await engineInUse(context)] : await everyEngine();
    return { checks: await listOf(engines) };
  },
  render: describeChecks,
});

/** The checks of these engines, and jem-db's own. */
async function listOf(engines: readonly Engine[]): Promise<readonly ListedCheck[]> {
  const listed: ListedCheck[] = [];
  for (const engine of engines)
    for (const check of await engine.healthChecks()) listed.push(listedAs(check, engine.name));
  return [...listed, ...ownChecks.map((check) => listedAs(check, null))];
}

function listedAs(check: HealthCheck, engine: string | null): ListedCheck {
  const { id, group, title, unit, thresholds, lowIsBad = false, needs = null, source } = check;
  const { warning = null, critical = null } = thresholds ?? {};
  const bounds = { unit, warning, critical, lowIsBad };
  return {
    ...{ id, engine, group, title },
    ...bounds,
    bounds: boundsOf(bounds),
    ...{ needs, source, onRequest: check.onRequest === true },
  };
}

function isNamed({ settings: { raw } }: Context): boolean {
  return [raw.database, raw.databaseFile, raw.directUrl].some(({ from }) => from !== 'default');
}

function describeChecks({ checks }: ChecksResult, paint: Paint): string {
  const ofOne = [...new Set(checks.map(({ engine }) => engine))];
  return [
    ...ofOne.flatMap((engine) => {
      const own = checks.filter((check) => check.engine === engine);
      const heads = columns(own.map(({ id, group, bounds }) => [id, group, bounds]));
      return [
        paint.bold(engine ?? 'jem-db itself'),
        ...own.flatMap((check, at) => [
          heads[at] ?? '',
          ...detailsOf(check).map((text) => paint.dim(labelled('    ', text))),
        ]),
        '',
      ];
    }),
    count(checks.length, 'check'),
    '',
  ].join('\n');
}

function detailsOf({ title, needs, source, onRequest }: ListedCheck): readonly string[] {
  return [
    title,
    `from: ${source}`,
    ...(needs === null ? [] : [`needs ${needs}`]),
    ...(onRequest ? ['on request alone'] : []),
  ];
}

type Bounds = Pick<ListedCheck, 'unit' | 'warning' | 'critical' | 'lowIsBad' | 'bounds'>;

function boundsOf({ warning, critical, unit, lowIsBad }: Omit<Bounds, 'bounds'>): string {
  if (warning === null && critical === null) return '';
  const sign = lowIsBad ? '≤ ' : '';
  return [warning, critical]
    .map((bound) => (bound === null ? '-' : `${sign}${boundText(bound, unit)}`))
    .join(' / ');
}
