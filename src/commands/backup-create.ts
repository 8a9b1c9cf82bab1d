import type { CreateResult } from '../backup/create.ts';
import { JemError } from '../errors.ts';
import { didYouMean } from '../near-miss.ts';
import type { VerifyResult } from '../restore/verify.ts';
import { count, grouped, labelled, size } from '../output/text.ts';
import { archiveTimeoutIn, archiveTimeoutOption, awaitArchive } from './await-archive.ts';
import { command, type Input } from './command.ts';
import { type Context, directTargetOf, engineInUse, openSession } from './context.ts';
import { progressBar } from './progress-bar.ts';
import { compressionOf, jobsOf, repositoryOf, repositorySettings } from './repository.ts';
import { scheduled, scheduledSettings } from './scheduled.ts';
import { scratchSettings } from './scratch-wish.ts';
import { describeVerdict, reasonOf, verify } from './verify.ts';

/** A backup, and its proof where one was asked for. */
type Created = CreateResult & { readonly proof: VerifyResult | null };

export const backupCreate = command<Created>({
  name: 'backup create',
  summary: 'back the database up, with fingerprints of all it holds',
  description:
    'Everything is taken in one snapshot, while others go on writing; with --kind base, the files of the whole cluster. The backup appears whole or not at all; `jem-db restore-verify` proves it.',
  byDefault: true,
  silentWhenWell: true,
  options: [
    {
      flags: '--kind <kind>',
      help: 'logical (the default): rows and schema of the database; base: the files of the whole cluster',
    },
    { flags: '--incremental', help: 'base: only what has changed since the newest one' },
    { flags: '--rate <rate>', help: 'base: the most a second, from 32k to 1024M' },
    { flags: '--no-fingerprints', help: 'base: no restore point to prove a recovery by' },
    { flags: '--verify', help: 'prove it at once, as restore-verify does' },
    archiveTimeoutOption,
  ],
  settings: [
    'directUrl',
    'ledgerTable',
    ...repositorySettings,
    'compress',
    'jobs',
    ...scratchSettings,
    ...scheduledSettings,
  ],
  examples: [
    ['jem-db backup', 'backs ./jem.db up into ./backups'],
    ['jem-db backup --verify', 'and proves it'],
    ['jem-db backup create --kind base --rate 50M', 'every database of the server, its files'],
    ['jem-db backup --quiet --retries 3 --webhook "$HOOK"', 'from cron: silent when well'],
  ],
  async run(input, context) {
    const kind = kindOf(input);
    const timeout = archiveTimeoutIn(input, kind === 'base' && input.flag('verify'));
    const { settings } = context;
    const { database, databaseFile } = settings.raw;
    // Where only its proof failed, another backup would heal nothing.
    let made: CreateResult | null = null;
    return scheduled(
      {
        command: 'backup create',
        job: [settings.backups, database.value ?? databaseFile.value ?? ''].join('\n'),
        attempt: async () => {
          made ??= await (kind === 'base' ? createBase(input, context) : create(context));
          if (!input.flag('verify')) return { ...made, proof: null };
          if (kind === 'base') await awaitArchive(made.backup.id, timeout, context);
          return { ...made, proof: await verify(made.backup.id, context) };
        },
        answerOf: ({ proof }) =>
          proof === null || proof.verified ? null : { message: reasonOf(proof) },
      },
      context,
    );
  },
  finding: ({ proof }) => proof !== null && !proof.verified,
  render({ backup, leftOut, proof }, paint) {
    const { id, database, tables, rows, storedBytes, repository, parent } = backup;
    const counted =
      tables === null || rows === null
        ? 'the whole cluster'
        : `${count(tables, 'table')}, ${grouped(rows)} rows`;
    const holds = `${counted}, ${size(storedBytes)}`;
    return [
      paint.bold(labelled('', `Backed up ${database}: ${holds}.`)),
      labelled('', `It is ${id} in ${repository}.`),
      ...(parent === null ? [] : [labelled('', `It builds on ${parent}, which is kept with it.`)]),
      ...(leftOut > 0
        ? [labelled('', `Left out: ${leftOut}; \`jem-db backup show ${id}\` says what and why.`)]
        : []),
      ...(proof === null
        ? [labelled('', 'Next: prove it, `jem-db restore-verify`')]
        : ['', ...describeVerdict(proof, paint)]),
      '',
    ].join('\n');
  },
});

async function create(context: Context): Promise<CreateResult> {
  const { createBackup } = await import('../backup/create.ts');
  const { settings, signal, report } = context;
  const repository = await repositoryOf(context);
  const options = {
    ledgerTable: settings.ledgerTable,
    binaries: settings.postgresBin,
    compression: compressionOf(settings),
    jobs: jobsOf(settings),
    signal,
    onProgress: progressBar(report),
    onNote: (text: string) => report.note(text),
    warn: report.warn,
  };
  await using session = await openSession(context, await directTargetOf(context), 'existing');
  return await createBackup(session, repository, options);
}

async function createBase(input: Input, context: Context): Promise<CreateResult> {
  const { createBaseBackup } = await import('../backup/create.ts');
  const { settings, signal, report } = context;
  const engine = await engineInUse(context);
  if (engine.baseBackups === null)
    throw new JemError('usage', `${engine.title} has no backups of kind base`, {
      why: 'They are of the files of a server, and it has none.',
      hint: 'Leave --kind out: a logical backup holds all of the database.',
    });
  const rate = rateOf(input.text('rate'));
  const repository = await repositoryOf(context);
  const options = {
    ledgerTable: settings.ledgerTable,
    compression: compressionOf(settings),
    jobs: jobsOf(settings),
    incremental: input.flag('incremental'),
    // Commander takes away the `no` of a flag.
    fingerprints: input.flag('fingerprints'),
    rate,
    signal,
    onProgress: progressBar(report),
    onNote: (text: string) => report.note(text),
    warn: report.warn,
  };
  await using session = await openSession(context, await directTargetOf(context), 'existing');
  return await createBaseBackup(session, await engine.baseBackups(), repository, options);
}

const kinds = ['logical', 'base'] as const;

function kindOf(input: Input): (typeof kinds)[number] {
  const given = input.text('kind') ?? 'logical';
  const kind = kinds.find((one) => one === given);
  if (!kind)
    throw new JemError('usage', `There is no kind of backup "${given}"`, {
      hint: `The kinds are ${kinds.join(' and ')}.${didYouMean(given, kinds)}`,
    });
  if (kind === 'base') return kind;
  const stray = input.flag('incremental')
    ? '--incremental'
    : input.text('rate') !== undefined
      ? '--rate'
      : input.flag('fingerprints')
        ? null
        : '--no-fingerprints';
  if (stray === null) return kind;
  throw new JemError('usage', `${stray} goes with base backups alone`, {
    hint: 'Add --kind base, or leave it out.',
  });
}

/** As pg_basebackup's `--max-rate`: kB (1024 bytes) a second unless a suffix says otherwise. */
function rateOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const [, digits, suffix = 'k'] = /^(\d{1,9})([kM])?$/.exec(text) ?? [];
  const rate = Number(digits) * (suffix === 'M' ? 1024 : 1);
  if (rate >= 32 && rate <= 1024 * 1024) return rate;
  throw new JemError('usage', `"${text}" is no rate`, {
    hint: 'Write one from 32k to 1024M, the bytes that are read in a second.',
  });
}
