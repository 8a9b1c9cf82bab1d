import { JemError } from '../errors.ts';
import { nagiosText, pluginCodes } from '../health/formats/nagios.ts';
import { prometheusText } from '../health/formats/prometheus.ts';
import { fails } from '../health/status.ts';
import { noPaint, type Paint } from '../output/paint.ts';
import { command, type Input } from './command.ts';
import { engineInUse } from './context.ts';
import { failOnOf } from './fail-on.ts';
import { checkExport } from './health-export.ts';
import { type Looked, planHealth } from './health-look.ts';
import { ownSettings } from './health-own.ts';
import { healthReport, reportExtras } from './health-report.ts';
import { healthRound } from './health-round.ts';
import { describeHealth } from './health-text.ts';
import { watchHealth } from './health-watch.ts';
import { replaceFile } from './replace-file.ts';
import { scheduledSettings } from './scheduled.ts';
import { timeOption } from './time-option.ts';

interface Checked extends Looked {
  /** The database, for the reader. */
  readonly database: string;
  /** ISO 8601, UTC. */
  readonly asOf: string;
  readonly failed: boolean;
  /** As HTML, where it was asked for. */
  readonly page?: string;
  /** The file that the result was written to; null: it is for stdout. */
  readonly writtenTo: string | null;
}

/** Milliseconds. */
export const defaultBudget = 10_000;

/** Milliseconds. */
const defaultEvery = 2000;

const formats = ['text', 'nagios', 'prometheus', 'html'] as const;
type Format = (typeof formats)[number];

export const healthCheck = command<Checked>({
  name: 'health check',
  summary: 'is the database well? every check, the worst first',
  description:
    'Reads, and changes nothing; waits for no lock. A check that could not look is unknown, never ok, and says which right it lacks. Exit code 1 where one is not well; with --format nagios 0 to 3, as monitoring plugins have it.',
  byDefault: true,
  silentWhenWell: true,
  options: [
    { flags: '--only <ids>', help: 'only these checks, or groups of them' },
    {
      flags: '--threshold <id=warning:critical>',
      help: 'other bounds for a check',
      repeatable: true,
    },
    { flags: '--timeout <time>', help: 'longest time for all checks (default: 10s)' },
    { flags: '--format <name>', help: `${formats.join(', ')} (default: text)` },
    { flags: '--output <file>', help: 'write the result there, whole or not at all' },
    { flags: '--watch', help: 'look again and again, until Ctrl-C' },
    { flags: '--every <time>', help: 'how often, with --watch (default: 2s)' },
    { flags: '--otlp', help: 'push metrics to a collector (OTEL_EXPORTER_OTLP_*)' },
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
    ['jem-db health', 'all checks'],
    ['jem-db health check --only security,locks', 'two groups of them'],
    ['jem-db health --watch', 'a live view'],
    ['jem-db health check --threshold connections=70:85', 'stricter than usual'],
    [
      'jem-db health check --format prometheus --output /var/lib/node_exporter/jem-db.prom',
      'for the textfile collector',
    ],
  ],
  engine: (_input, context) => engineInUse(context),
  async run(input, context) {
    const failOn = failOnOf(context);
    const format = formatOf(input);
    if (input.flag('otlp')) await checkExport(context);
    const plan = await planHealth(context, {
      only: listed(input.text('only')),
      thresholds: input.list('threshold'),
      budget: timeOption(input, 'timeout') ?? defaultBudget,
      metrics: format === 'prometheus' || format === 'html' || input.flag('otlp'),
    });
    const wish = { failOn, otlp: input.flag('otlp') };
    const round = input.flag('watch')
      ? await watchHealth(context, plan, { ...wish, every: everyOf(input, format) })
      : await healthRound(context, plan, wish);
    // Whoever watches wants to be told in its own words that there is no connection.
    if (round.error !== null && format === 'text' && !input.flag('watch')) throw round.error;
    const writtenTo = input.text('output') ?? null;
    const database = context.report.target?.display ?? '';
    const asOf = new Date(round.at).toISOString();
    const page =
      format === 'html'
        ? await healthReport(round.looked, {
            ...{ database, asOf },
            extras: await reportExtras(context),
          })
        : undefined;
    const result = {
      ...round.looked,
      ...{ database, asOf },
      ...(page === undefined ? {} : { page }),
      failed: fails(round.looked.status, failOn),
      writtenTo,
    };
    if (writtenTo !== null) await replaceFile(writtenTo, formatted(result, noPaint, format));
    return result;
  },
  exitCode: ({ status, failed }, input) =>
    formatOf(input) === 'nagios' ? pluginCodes[status] : failed ? 1 : 0,
  render: (result, paint, input) =>
    result.writtenTo === null
      ? formatted(result, paint, formatOf(input))
      : `${result.status}, written to ${result.writtenTo}\n`,
});

function formatted(result: Checked, paint: Paint, format: Format): string {
  if (format === 'text') return describeHealth(result, paint);
  if (format === 'html') return result.page ?? '';
  if (format === 'nagios') return nagiosText(result);
  const { metrics = [], database, asOf } = result;
  return prometheusText(result, metrics, { at: Date.parse(asOf), database });
}

/** Throws `usage`. */
function everyOf(input: Input, format: Format): number {
  if (format !== 'text' || input.text('output') !== undefined)
    throw new JemError(
      'usage',
      '--watch draws in the terminal: it takes no --format and no --output',
      {
        hint: '`jem-db health serve` keeps looking for machines.',
      },
    );
  return timeOption(input, 'every') ?? defaultEvery;
}

/** Throws `usage`. */
function formatOf(input: Input): Format {
  const text = input.text('format') ?? 'text';
  const found = formats.find((one) => one === text);
  if (found) return found;
  throw new JemError('usage', `There is no format "${text}"`, {
    hint: `Write one of ${formats.join(', ')}; --json is an option of its own.`,
  });
}

function listed(text = ''): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
