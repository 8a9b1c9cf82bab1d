import type { CreateResult } from '../backup/create.ts';
import { JemError } from '../errors.ts';
import { count, grouped, labelled, size } from '../output/text.ts';
import { command, type Input } from './command.ts';
import { type Context, directTargetOf, openSession } from './context.ts';
import { progressBar } from './progress-bar.ts';
import { compressionOf, jobsOf, repositoryOf, repositorySettings } from './repository.ts';
import { scheduled, scheduledSettings } from './scheduled.ts';

export const backupCreate = command<CreateResult>({
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
  ],
  settings: [
    'directUrl',
    'ledgerTable',
    ...repositorySettings,
    'compress',
    'jobs',
    'postgresBin',
    ...scheduledSettings,
  ],
  examples: [
    ['jem-db backup', 'backs ./jem.db up into ./backups'],
    ['jem-db backup && jem-db restore-verify', 'and proves it'],
    ['jem-db backup --quiet --retries 3 --webhook "$HOOK"', 'from cron: silent when well'],
  ],
  async run(input, context) {
    refuseOtherKinds(input);
    const { database, databaseFile } = context.settings.raw;
    return scheduled(
      {
        command: 'backup create',
        job: database.value ?? databaseFile.value ?? '',
        attempt: () => create(context),
        answerOf: () => null,
      },
      context,
    );
  },
  render({ backup, leftOut }, paint) {
    const { id, database, tables, rows, storedBytes, repository } = backup;
    const holds = `${count(tables, 'table')}, ${grouped(rows)} rows, ${size(storedBytes)}`;
    return [
      paint.bold(labelled('', `Backed up ${database}: ${holds}.`)),
      labelled('', `It is ${id} in ${repository}.`),
      ...(leftOut > 0
        ? [labelled('', `Left out: ${leftOut}; \`jem-db backup show ${id}\` says what and why.`)]
        : []),
      labelled('', 'Next: prove it, `jem-db restore-verify`'),
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
