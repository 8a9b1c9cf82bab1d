import type { UpWish } from '../migrate/plan-up.ts';
import type { UpResult } from '../migrate/up.ts';
import type { Paint } from '../output/paint.ts';
import { columns, count, duration } from '../output/text.ts';
import { JemError } from '../errors.ts';
import { command, type Input } from './command.ts';
import { type Context, directTargetOf, engineInUse, openSession } from './context.ts';
import { changesOf, describeDryRun, type DryRunReport } from './dry-run.ts';
import { scratchSettings, scratchWish } from './scratch-wish.ts';
import { migrateSetup, runnerSettings } from './migrate-setup.ts';

export const migrateUp = command<UpResult | DryRunReport>({
  name: 'migrate up',
  summary: 'apply what is pending, in order',
  description:
    'Each migration and its row of the ledger are committed in one transaction. One runner works at a time; the others wait and end well.',
  byDefault: true,
  options: [
    { flags: '--to <name>', help: 'stop behind this migration (name or number)' },
    { flags: '--step <n>', help: 'apply at most this many' },
    { flags: '--dry-run', help: 'run it, say what it does, and roll it back' },
    {
      flags: '--allow-out-of-order',
      help: 'also apply files numbered before one that is applied',
    },
    {
      flags: '--ignore-other-ledgers',
      help: 'begin beside the ledger of another tool',
    },
  ],
  settings: [...runnerSettings, ...scratchSettings],
  examples: [
    ['jem-db migrate up', 'applies all that is pending to ./jem.db'],
    ['jem-db migrate up --dry-run', 'shows locks, rewrites and times, and changes nothing'],
    ['jem-db migrate up -d postgres://app@db/app --to 0042', 'up to and with 0042'],
  ],
  engine: (_input, context) => engineInUse(context),
  async run(input, context) {
    const { migrateUp: up } = await import('../migrate/up.ts');
    refuseBoth(input);
    const wish = {
      to: input.text('to'),
      step: input.number('step'),
      allowOutOfOrder: input.flag('allowOutOfOrder'),
      ignoreOtherLedgers: input.flag('ignoreOtherLedgers'),
    };
    if (input.flag('dryRun')) return dryRun(wish, context);
    await using session = await openSession(context, await directTargetOf(context), 'create');
    return await up(session, migrateSetup(context), wish);
  },
  render(result, paint) {
    if (result.outcome === 'nothing-to-do') return nothing(result);
    if ('dryRun' in result) return describeDryRun(result, paint);
    return [...timed('applied', result.applied, paint), ...summary(result, paint), ''].join('\n');
  },
});

async function dryRun(wish: UpWish, context: Context): Promise<DryRunReport> {
  const { dryRunUp } = await import('../migrate/dry-run.ts');
  const { compareFor } = await import('../schema/difference.ts');
  await using session = await openSession(context, await directTargetOf(context), 'create');
  const scratch = await scratchWish(context);
  const { changes, ...result } = await dryRunUp(
    session,
    migrateSetup(context),
    { ...wish, scratch },
    async (before, after) => (await compareFor(session.engine, before, after, [])).differences,
  );
  return { ...result, differences: changesOf(changes ?? []) };
}

/** Two ends of one run: which of them is meant nobody can know. */
export function refuseBoth(input: Input): void {
  if (input.text('to') !== undefined && input.text('step') !== undefined)
    throw new JemError('usage', '--to and --step are given together', {
      hint: 'Give one of them: a migration to stop at, or a number of migrations.',
    });
}

/** One line a migration: what was done to it, its name, how long it took. */
export function timed(
  verb: string,
  migrations: readonly { name: string; durationMs: number }[],
  paint: Paint,
): string[] {
  return columns(migrations.map(({ name, durationMs }) => [verb, name, duration(durationMs)])).map(
    (line) => paint.green(line.slice(0, verb.length)) + line.slice(verb.length),
  );
}

function nothing({ remaining }: Pick<UpResult, 'remaining'>): string {
  if (remaining.length === 0) return 'Nothing to do: every migration is applied.\n';
  return `Nothing to do as far as asked; ${count(remaining.length, 'migration')} further on pending.\n`;
}

function summary({ applied, appliedByOthers }: UpResult, paint: Paint): string[] {
  const lines = appliedByOthers.map((name) => `applied by another runner  ${name}`);
  if (applied.length > 0) lines.push(paint.bold(`${count(applied.length, 'migration')} applied.`));
  else lines.push('Nothing left to do: another runner applied every migration.');
  return lines;
}
