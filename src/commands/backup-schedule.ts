import { join } from 'node:path';
import type { Job } from '../backup/schedule/job.ts';
import type { Units } from '../backup/schedule/systemd.ts';
import type { When } from '../backup/schedule/when.ts';
import { JemError } from '../errors.ts';
import { didYouMean } from '../near-miss.ts';
import { version } from '../version.ts';
import { backupCreate } from './backup-create.ts';
import { baseBackupsOf, kindOptions, wordsOfBase } from './base-options.ts';
import { command, type Input } from './command.ts';
import { type Context, directTargetOf } from './context.ts';
import { keepOptions, keepRulesOf } from './keep-rules.ts';

/** With the whole one, a week of nights. */
const usualIncrements = '6';

const formats = ['cron', 'systemd', 'kubernetes'] as const;
type Format = (typeof formats)[number];

interface ScheduleResult {
  readonly formats: readonly Format[];
  readonly cron: string | null;
  readonly systemd: Units | null;
  readonly kubernetes: string | null;
  /** Variables whose secrets are not printed, and the file that is to hold them here. */
  readonly secrets: readonly string[];
  readonly environmentFile: string | null;
}

export const backupSchedule = command<ScheduleResult>({
  name: 'backup schedule',
  summary: 'print what makes cron, systemd or Kubernetes run backups',
  description:
    'For the settings as they are now, with absolute paths and without a secret. Each command in it prints nothing when all is well, and stops those behind it when not.',
  options: [
    { flags: '--at <time>', help: 'time of day (default: 02:30)' },
    { flags: '--every <interval>', help: 'how often: 15min, 6h, 1d, 1w (default: 1d)' },
    { flags: '--format <format>', help: `${formats.join(', ')} (default: all)` },
    ...kindOptions,
    { flags: '--verify', help: 'prove each backup as well' },
    ...keepOptions,
    { flags: '--image <image>', help: 'image that holds jem-db, for Kubernetes' },
  ],
  settings: backupCreate.settings ?? [],
  examples: [
    ['jem-db backup schedule --at 02:30 --verify --keep-daily 14', 'backs up, proves, and prunes'],
    ['jem-db backup schedule --every 6h --format cron', 'a line for crontab -e'],
    [
      'jem-db backup schedule --kind base --incremental --verify --keep-window 7d',
      'every seventh is a whole one',
    ],
  ],
  async run(input, context) {
    const { crontab } = await import('../backup/schedule/cron.ts');
    const { cronJob } = await import('../backup/schedule/kubernetes.ts');
    const { systemdUnits } = await import('../backup/schedule/systemd.ts');
    const wanted = formatsOf(input);
    const job = await jobOf(input, context);
    const { secrets, environmentFile } = job;
    const has = (format: Format): boolean => wanted.includes(format);
    return {
      formats: wanted,
      cron: has('cron') ? crontab(job) : null,
      systemd: has('systemd') ? systemdUnits(job) : null,
      kubernetes: has('kubernetes') ? cronJob(job) : null,
      secrets,
      environmentFile: secrets.length > 0 ? environmentFile : null,
    };
  },
  render({ cron, systemd, kubernetes }) {
    const texts = [cron, systemd?.service, systemd?.timer, kubernetes];
    return texts.filter((text) => text !== null && text !== undefined).join('\n');
  },
});

async function jobOf(input: Input, context: Context): Promise<Job> {
  const { environment, program } = context;
  const when = await whenOf(input);
  const base = wordsOfBase(input);
  if (base.length > 0) await baseBackupsOf(context);
  const { elsewhereOf, hereOf } = await import('./schedule-environment.ts');
  const target = await directTargetOf(context);
  const here = hereOf(context, target);
  const commands = commandsOf(input, base, context);
  return {
    name: base.length > 0 ? 'jem-db-base-backup' : 'jem-db-backup',
    when,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    program,
    commands,
    folder: environment.cwd,
    user: environment.user,
    ...here,
    environmentFile: join(environment.home, '.config/jem-db/backup.env'),
    elsewhere: {
      image: input.text('image') ?? `jem-db:${version}`,
      ...elsewhereOf(context, target),
    },
  };
}

/** What to run, one after the other; tries again by itself unless the settings say how often. */
function commandsOf(
  input: Input,
  base: readonly string[],
  { settings }: Context,
): readonly (readonly string[])[] {
  const retries = settings.raw.retries.from === 'default' ? ['--retries', '3'] : [];
  const rules = keepOptions.flatMap(({ flags }) => {
    const flag = flags.split(' ')[0] ?? '';
    const value = input.text(
      flag.slice(2).replace(/-(.)/g, (_, letter) => String(letter).toUpperCase()),
    );
    return value === undefined ? [] : [flag, value];
  });
  // An incremental one has nothing to build on at first, and a chain of them must end.
  const isEndless = input.flag('incremental') && input.text('maxIncrements') === undefined;
  const kind = [...base, ...(isEndless ? ['--max-increments', usualIncrements] : [])];
  const verify = input.flag('verify') ? ['--verify'] : [];
  return [
    ['backup', 'create', '--quiet', ...kind, ...verify, ...retries],
    ...(keepRulesOf(input) ? [['backup', 'prune', '--quiet', '--yes', ...rules]] : []),
  ];
}

async function whenOf(input: Input): Promise<When> {
  const { readWhen } = await import('../backup/schedule/when.ts');
  const [at, every] = [input.text('at'), input.text('every')];
  const when = readWhen(at, every);
  if (when) return when;
  throw new JemError(
    'usage',
    `Not a time to run: ${[at, every].filter(Boolean).join(', every ')}`,
    {
      hint: 'Write --at 02:30, and --every with what divides an hour or a day, or 1d, or 1w: 15min, 6h.',
    },
  );
}

function formatsOf(input: Input): readonly Format[] {
  const wanted = input.text('format');
  if (wanted === undefined) return formats;
  const format = formats.find((each) => each === wanted);
  if (format) return [format];
  throw new JemError('usage', `There is no format "${wanted}"`, {
    hint: `The formats are ${formats.join(', ')}.${didYouMean(wanted, formats)}`,
  });
}
