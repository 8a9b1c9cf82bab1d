import type { RestoreCheck } from '../engines/backing-up.ts';
import { JemError } from '../errors.ts';
import type { Paint } from '../output/paint.ts';
import { count, duration, grouped, labelled, moment } from '../output/text.ts';
import type { VerifyOptions, VerifyResult } from '../restore/verify.ts';
import { displayName } from '../schema/report.ts';
import { engineNamed } from '../target.ts';
import type { Context } from './context.ts';
import { progressBar } from './progress-bar.ts';
import { planned, type WantedRecovery } from './recovery-options.ts';
import { jobsOf, repositoryOf } from './repository.ts';
import { recoveryFor } from './verify-recovery.ts';
import { scratchWish } from './scratch-wish.ts';

/**
 * Proves a backup by a restore into a throwaway database; a base backup with a restore point is
 * recovered to that, where the archive reaches it, unless another target is wanted.
 */
export async function verify(
  word: string,
  context: Context,
  wanted: WantedRecovery | null = null,
): Promise<VerifyResult> {
  const { proofPage } = await import('../output/proof-page.ts');
  const { verifyBackup } = await import('../restore/verify.ts');
  const { settings, environment, signal, report } = context;
  const place = await placeOf(context);
  const repository = await repositoryOf(context);
  const plan = wanted && (await planned(repository, word, wanted, context));
  const options: VerifyOptions = {
    place,
    recoveryOf: (manifest) => recoveryFor(repository, manifest, plan, context),
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
  return verifyBackup(repository, engineNamed, plan?.manifest.id ?? word, options);
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

/** The verdict for people: where, every check, and what it comes to. */
export function describeVerdict(result: VerifyResult, paint: Paint): string[] {
  const { backup, restoredInto, limits, checks, tables, verified, restoreMs, recovery } = result;
  const rows = grouped(tables.reduce((sum, table) => sum + table.rows, 0));
  const seen: Readonly<Record<typeof backup.kind, string>> = {
    logical: `${count(tables.length, 'table')} with ${rows} rows came back as they were at ${moment(result.recoveryPoint)}`,
    base: `the whole cluster came back, starts and is consistent${recovery && tables.length > 0 ? `; ${count(tables.length, 'table')} with ${rows} rows are as they were at ${recovery.target}` : ''}`,
  };
  const proved = `Proved: ${seen[backup.kind]}; restoring took ${duration(restoreMs ?? 0)}.`;
  return [
    labelled('', `Backup ${backup.id} of ${backup.database}`),
    ...(restoredInto === null ? [] : [labelled('Restored into: ', restoredInto)]),
    ...limits.map((limit) => labelled('               ', limit)),
    ...describeChecks(checks, paint),
    ...(recovery ? describeRecovered(recovery) : []),
    verified ? paint.green(labelled('', proved)) : paint.red(notProved(result)),
  ];
}

function describeRecovered(recovery: NonNullable<VerifyResult['recovery']>): string[] {
  const { lsn, lastTransactionAt, unpackMs, replayMs, newest } = recovery;
  const at = (iso: string | null): string => iso ?? 'no known time';
  const last =
    lastTransactionAt === null ? 'no transaction' : `the last transaction of ${lastTransactionAt}`;
  return [
    labelled(
      'Recovered to:  ',
      `${lsn}, with ${last}; ${duration(unpackMs)} for the files, ${duration(replayMs)} for the log`,
    ),
    labelled('Newest moment: ', `${newest.lsn}, ${at(newest.at)}: so far the archive goes`),
  ];
}

const marks = { true: 'ok', false: 'failed', null: 'not seen' } as const;

function describeChecks(checks: readonly RestoreCheck[], paint: Paint): string[] {
  const widest = Math.max(...checks.map(({ id }) => id.length));
  return checks.map(({ id, ok, detail }) => {
    const mark = marks[`${ok}`].padEnd(8);
    const colour = ok === null ? paint.dim : ok ? paint.green : paint.red;
    const text = labelled(`${mark}  ${id.padEnd(widest)}  `, detail || '-');
    return colour(mark) + text.slice(mark.length);
  });
}

function notProved({ checks }: VerifyResult): string {
  const failed = checks.filter(({ ok }) => ok === false).map(({ id }) => id);
  return labelled('', `Not proved: ${failed.join(', ')}.`);
}

/** Why a backup is not proved, in one line. */
export function reasonOf({ backup, checks }: VerifyResult): string {
  const failed = checks.filter(({ ok }) => ok === false);
  const words = failed.map(({ id, detail }) => `${id}: ${detail}`).join('. ');
  return `backup ${backup.id} is not proved: ${words}`;
}
