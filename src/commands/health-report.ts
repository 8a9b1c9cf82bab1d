import type { BackupSummary } from '../backup/summary.ts';
import type { Metric } from '../engines/health.ts';
import { JemError } from '../errors.ts';
import { sortedByStatus } from '../health/run.ts';
import type { HealthPage } from '../output/health-page.ts';
import type { Event, Stretch } from '../output/plots.ts';
import { size } from '../output/text.ts';
import { version } from '../version.ts';
import type { Context } from './context.ts';
import type { Looked } from './health-look.ts';
import { reportSlow } from './health-report-slow.ts';
import { repositoryOf } from './repository.ts';

/** What the report shows beside the checks, gathered while there is a way to it. */
export type ReportExtras = Pick<HealthPage, 'backups' | 'slow' | 'slowNote' | 'server'>;

/** The page of a report as HTML. */
export async function healthReport(
  looked: Looked,
  { database, asOf, extras }: { database: string; asOf: string; extras: ReportExtras },
): Promise<string> {
  const { healthPage } = await import('../output/health-page.ts');
  const { status, checks, skipped, metrics = [] } = looked;
  return healthPage({
    ...{ database, asOf, version, status, skipped, ...extras },
    checks: sortedByStatus(checks),
    connections: connectionsIn(metrics),
    sizes: pointsOf(metrics, '.table.size').map(({ attributes, value }) => ({
      name: Object.values(attributes)[0] ?? '',
      bytes: value,
    })),
  });
}

/** What the repository and the statements tell; what cannot be read is left out, and said. */
export async function reportExtras(context: Context): Promise<ReportExtras> {
  const { report } = context;
  return {
    server: [report.target?.engine, report.target?.serverVersion].filter(Boolean).join(' '),
    backups: await backupsOf(context),
    ...(await reportSlow(context)),
  };
}

function connectionsIn(metrics: readonly Metric[]): HealthPage['connections'] {
  const [max] = pointsOf(metrics, '.connection.max');
  if (!max) return null;
  const states = pointsOf(metrics, '.connection.count').map(({ attributes, value }) => ({
    label: attributes['state'] ?? '',
    value,
    shown: String(value),
  }));
  return { states, most: max.value };
}

function pointsOf(metrics: readonly Metric[], end: string): Metric['points'] {
  return metrics.find(({ name }) => name.endsWith(end))?.points ?? [];
}

async function backupsOf(context: Context): Promise<HealthPage['backups']> {
  const { listBackups } = await import('../backup/list.ts');
  try {
    const { backups, repository } = await listBackups(await repositoryOf(context));
    const whole = backups.filter((one) => one.damage === null);
    const several = new Set(whole.map(({ database }) => database)).size > 1;
    const rowOf = ({ kind, parent, database }: BackupSummary): string =>
      `${parent === null ? kind : 'incremental'}${several ? ` of ${database}` : ''}`;
    return {
      repository,
      events: whole.map(({ proved, ...backup }): Event => ({
        label: `${backup.id}, ${size(backup.storedBytes)}, ${proofWords(proved)}`,
        at: Date.parse(backup.startedAt),
        row: rowOf(backup),
        mark: proved === null ? 'hollow' : proved.verified ? 'full' : 'bad',
      })),
      stretches: whole.flatMap(({ recovery, ...backup }) =>
        (recovery?.windows ?? []).map((window): Stretch => ({
          label: `recoverable from ${window.fromAt} to ${window.toAt}`,
          from: Date.parse(window.fromAt),
          to: Date.parse(window.toAt),
          row: rowOf(backup),
        })),
      ),
    };
  } catch (error) {
    if (!(error instanceof JemError) || error.class === 'interrupted') throw error;
    return null;
  }
}

function proofWords(proved: { readonly verified: boolean } | null): string {
  if (proved === null) return 'not proved yet';
  return proved.verified ? 'proved' : 'its proof failed';
}
