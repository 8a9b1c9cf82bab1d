import { JemError } from '../errors.ts';
import type { PoolHealth } from '../health/pool/watch.ts';
import { selectChecks } from '../health/select.ts';
import { fails } from '../health/status.ts';
import { readThresholds } from '../health/thresholds.ts';
import { columns } from '../output/text.ts';
import { command } from './command.ts';
import { type Context, targetOf } from './context.ts';
import { failOnOf } from './fail-on.ts';
import { everyCheck } from './health-look.ts';
import { describeHealth } from './health-text.ts';
import { timeOption } from './time-option.ts';

interface Watched extends PoolHealth {
  readonly failed: boolean;
}

/** Milliseconds. */
const defaultInterval = 1000;

export const healthPool = command<Watched>({
  name: 'health pool',
  summary: 'is the pooler well? Waits, clients, servers (PgBouncer)',
  description:
    'Asks the console of the PgBouncer that the URL leads to. Name the console itself (database pgbouncer), or the application’s URL with --pool-user: one of its stats_users or admin_users. Exit 1 where anything is not ok. What may be over in a moment is looked at twice. Takes skipChecks and thresholds of jem-db.json.',
  silentWhenWell: true,
  options: [
    { flags: '--pool-user <name>', help: 'whom to log in to the console as (password: ~/.pgpass)' },
    { flags: '--interval <time>', help: 'between two looks (default: 1s)' },
    { flags: '--only <id>', help: 'this check alone; may be given again', repeatable: true },
    { flags: '--skip <id>', help: 'not this check; may be given again', repeatable: true },
    {
      flags: '--threshold <id=warning:critical>',
      help: 'other bounds for a check',
      repeatable: true,
    },
  ],
  settings: ['thresholds', 'failOn'],
  examples: [
    ['jem-db health pool -d postgres://pgbouncer@host:6432/pgbouncer', 'the console itself'],
    ['jem-db health pool --pool-user pgbouncer', 'the console behind the application’s own URL'],
    ['jem-db health pool --skip pool-version --quiet', 'from cron: prints what is wrong alone'],
  ],
  async run(input, context) {
    const failOn = failOnOf(context);
    const { poolChecks, watchPool } = await import('../health/pool/watch.ts');
    const { skipChecks, thresholds } = context.settings;
    const others = await everyCheck();
    const skip = [...skipChecks, ...input.list('skip')];
    const wish = {
      checks: selectChecks(poolChecks, { only: input.list('only'), skip }, others),
      thresholds: readThresholds([...thresholds, ...input.list('threshold')], others),
      interval: timeOption(input, 'interval') ?? defaultInterval,
      signal: context.signal,
    };
    await using console = await consoleOf(context, input.text('poolUser') ?? null);
    const result = await watchPool(console, wish);
    return { ...result, failed: fails(result.status, failOn) };
  },
  finding: ({ failed }) => failed,
  render: (result, paint) =>
    [
      `PgBouncer ${result.pgbouncerVersion}: ${result.clients} of ${result.maxClients} clients`,
      ...(result.pools.length > 0 ? poolTable(result) : []),
      '',
      describeHealth(result, paint),
    ].join('\n'),
});

async function consoleOf(context: Context, user: string | null) {
  const { report, signal, settings } = context;
  const target = await targetOf(context);
  if (!target.openPooler)
    throw new JemError('usage', `There is no pooler in front of ${target.display}`, {
      hint: 'Name the one to ask: -d postgres://USER@HOST:6432/pgbouncer',
    });
  const console = await target.openPooler({
    ...{ signal, user },
    applicationName: 'jem-db',
    connectTimeout: settings.connectTimeout,
    warn: (warning) => report.warn(warning),
  });
  const { display, version } = console;
  report.aim({ engine: target.engine, display, serverVersion: version });
  return console;
}

function poolTable({ pools, databases }: PoolHealth): string[] {
  return columns([
    ['pool', 'clients', 'waiting', 'servers', 'idle', 'size', 'max wait'],
    ...pools.map((pool) => [
      shortened(`${pool.user}@${pool.database}`),
      String(pool.clientsActive),
      String(pool.clientsWaiting),
      String(pool.servers),
      String(pool.serversIdle),
      String(databases.find(({ name }) => name === pool.database)?.poolSize ?? '?'),
      `${pool.maxWait.toFixed(1)} s`,
    ]),
  ]);
}

/** So that the table fits: two names may have 63 characters each. */
function shortened(name: string): string {
  return name.length > 32 ? `${name.slice(0, 31)}…` : name;
}
