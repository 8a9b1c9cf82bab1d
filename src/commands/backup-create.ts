import type { CreateResult } from '../backup/create.ts';
import { JemError } from '../errors.ts';
import type { VerifyResult } from '../restore/verify.ts';
import { count, grouped, labelled, size } from '../output/text.ts';
import { command, type Input } from './command.ts';
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
    'Everything is taken in one snapshot, while others go on writing. The backup appears whole or not at all; `jem-db restore-verify` proves it.',
  byDefault: true,
  silentWhenWell: true,
  options: [
    {
      flags: '--kind <kind>',
      help: 'logical (the default): rows and schema, as the engine’s own dump',
    },
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
    ['jem-db backup --quiet --retries 3 --webhook "$HOOK"', 'from cron: silent when well'],
  ],
  async run(input, context) {
    refuseOtherKinds(input);
    const { settings } = context;
    const { database, databaseFile } = settings.raw;
    // Where only its proof failed, another backup would heal nothing.
    let made: CreateResult | null = null;
    return scheduled(
      {
        command: 'backup create',
        job: [settings.backups, database.value ?? databaseFile.value ?? ''].join('\n'),
        attempt: async () => {
          made ??= await create(context);
          const proof = input.flag('verify') ? await verify(made.backup.id, context) : null;
          return { ...made, proof };
        },
        answerOf: ({ proof }) => (proof === null || proof.verified ? null : reasonOf(proof)),
      },
      context,
    );
  },
  finding: ({ proof }) => proof !== null && !proof.verified,
  render({ backup, leftOut, proof }, paint) {
    const { id, database, tables, rows, storedBytes, repository } = backup;
    const holds = `${count(tables, 'table')}, ${grouped(rows)} rows, ${size(storedBytes)}`;
    return [
      paint.bold(labelled('', `Backed up ${database}: ${holds}.`)),
      labelled('', `It is ${id} in ${repository}.`),
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

function refuseOtherKinds(input: Input): void {
  const kind = input.text('kind') ?? 'logical';
  if (kind !== 'logical')
    throw new JemError('usage', `There is no kind of backup "${kind}"`, {
      hint: 'The only kind is logical.',
    });
}
