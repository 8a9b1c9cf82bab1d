import { JemError } from '../errors.ts';
import type { Paint } from '../output/paint.ts';
import { duration, grouped, labelled, moment } from '../output/text.ts';
import type { VerifyOptions, VerifyResult } from '../restore/verify.ts';
import { displayName } from '../schema/report.ts';
import { engineNamed } from '../target.ts';
import { command } from './command.ts';
import type { Context } from './context.ts';
import { progressBar } from './progress-bar.ts';
import { jobsOf, repositoryOf, repositorySettings } from './repository.ts';
import { scheduled, scheduledSettings } from './scheduled.ts';
import { scratchSettings, scratchWish } from './scratch-wish.ts';

export const restoreVerify = command<VerifyResult>({
  name: 'restore-verify',
  summary: 'prove a backup: restore it, and compare all it holds',
  description:
    'Restores into a throwaway database and compares every table, the schema and the migrations with what was seen in the snapshot of the backup. The verdict is kept beside the backup.',
  silentWhenWell: true,
  argument: { name: 'id', help: 'latest (the default), an id, or how one begins', required: false },
  settings: [
    ...repositorySettings,
    'ledgerTable',
    'jobs',
    ...scratchSettings,
    ...scheduledSettings,
  ],
  examples: [
    ['jem-db restore-verify', 'the newest backup'],
    ['jem-db restore-verify --quiet --webhook "$HOOK"', 'from cron: silent when it is proved'],
    ['jem-db restore-verify --scratch postgres://postgres@spare/', 'on a server of your own'],
  ],
  async run({ argument = 'latest' }, context) {
    return scheduled(
      {
        command: 'restore-verify',
        job: '',
        attempt: () => verify(argument, context),
        answerOf: (result) => (result.verified ? null : reasonOf(result)),
      },
      context,
    );
  },
  finding: ({ verified }) => !verified,
  render(result, paint) {
    const { backup, restoredInto, limits, checks, tables } = result;
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    return [
      labelled('', `Backup ${backup.id} of ${backup.database}`),
      ...(restoredInto === null ? [] : [labelled('Restored into: ', restoredInto)]),
      ...limits.map((limit) => labelled('               ', limit)),
      ...checks.map(
        ({ id, ok, detail }) => `${mark(ok, paint)}  ${labelled(id.padEnd(12), detail, 66)}`,
      ),
      result.verified
        ? paint.green(
            labelled(
              '',
              `Proved: ${tables.length} tables with ${grouped(rows)} rows came back as they were at ${moment(result.recoveryPoint)}; restoring took ${duration(result.restoreMs ?? 0)}.`,
            ),
          )
        : paint.red(labelled('', `Not proved: ${reasonOf(result)}`)),
      '',
    ].join('\n');
  },
});

async function verify(word: string, context: Context): Promise<VerifyResult> {
  const { proofPage } = await import('../output/proof-page.ts');
  const { verifyBackup } = await import('../restore/verify.ts');
  const { settings, environment, signal, report } = context;
  const place = await placeOf(context);
  const options: VerifyOptions = {
    place,
    environment,
    binaries: settings.postgresBin,
    ledgerTable: settings.ledgerTable,
    jobs: jobsOf(settings),
    signal,
    onProgress: progressBar(report),
    async compareSchemas(engine, expected, actual) {
      const { compareFor } = await import('../schema/difference.ts');
      const { differences } = await compareFor(engine, expected, actual, []);
      return differences.map(
        ({ change, object }) => `${change} ${object.type} ${displayName(object)}`,
      );
    },
    page: proofPage,
  };
  return verifyBackup(await repositoryOf(context), engineNamed, word, options);
}

/** The place where restores are tried; what only `schema verify` can do means our own way here. */
async function placeOf(context: Context): Promise<VerifyOptions['place']> {
  const { place } = await scratchWish(context);
  if (place !== 'same-server') return place;
  throw new JemError('scratch-refused', 'A backup is not proved on the server it came from', {
    why: 'Restoring there would take its disk and its time from the application.',
    hint: 'Leave --scratch out for a throwaway server, or name another one: --scratch URL',
  });
}

function reasonOf({ checks }: VerifyResult): string {
  const failed = checks.filter(({ ok }) => ok === false);
  return failed.map(({ id, detail }) => `${id}: ${detail}`).join('. ');
}

function mark(ok: boolean | null, paint: Paint): string {
  if (ok === null) return paint.dim('not seen ');
  return ok ? paint.green('well     ') : paint.red('different');
}
