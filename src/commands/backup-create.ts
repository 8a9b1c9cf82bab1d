import type { CreateResult } from '../backup/create.ts';
import type { VerifyResult } from '../restore/verify.ts';
import { count, grouped, labelled, size } from '../output/text.ts';
import { awaitArchive } from './await-archive.ts';
import { baseBackupsOf, type BaseWish, baseWishIn, kindOptions } from './base-options.ts';
import { command } from './command.ts';
import { type Context, directTargetOf, openSession } from './context.ts';
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
    ...kindOptions,
    { flags: '--verify', help: 'prove it at once, as restore-verify does' },
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
    const base = baseWishIn(input);
    const { settings } = context;
    const { database, databaseFile } = settings.raw;
    // Where only its proof failed, another backup would heal nothing.
    let made: CreateResult | null = null;
    return scheduled(
      {
        command: 'backup create',
        job: [
          ...[settings.backups, database.value ?? databaseFile.value ?? ''],
          // One kind going well does not mean that the other does.
          ...(base ? ['base'] : []),
        ].join('\n'),
        attempt: async () => {
          made ??= await (base ? createBase(base, context) : create(context));
          if (!input.flag('verify')) return { ...made, proof: null };
          if (base) await awaitArchive(made.backup.id, base.archiveTimeout, context);
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

async function createBase(wish: BaseWish, context: Context): Promise<CreateResult> {
  const { createBaseBackup } = await import('../backup/create.ts');
  const { settings, signal, report } = context;
  const baseBackups = await baseBackupsOf(context);
  const repository = await repositoryOf(context);
  const options = {
    ...wish,
    ledgerTable: settings.ledgerTable,
    compression: compressionOf(settings),
    jobs: jobsOf(settings),
    signal,
    onProgress: progressBar(report),
    onNote: (text: string) => report.note(text),
    warn: report.warn,
  };
  await using session = await openSession(context, await directTargetOf(context), 'existing');
  return await createBaseBackup(session, await baseBackups(), repository, options);
}
