import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Session, Target } from '../engines/engine.ts';
import { JemError } from '../errors.ts';
import type { CheckResult, CheckWish } from '../migrate/check.ts';
import { columns, count, labelled } from '../output/text.ts';
import { displayName, type DifferenceReport } from '../schema/report.ts';
import { engineNamed } from '../target.ts';
import { command, type Input } from './command.ts';
import { type Context, directTargetOf, engineInUse, openSession } from './context.ts';
import { migrateSettings, migrateSetup } from './migrate-setup.ts';
import { scratchSettings, scratchWish } from './scratch-wish.ts';

export const migrateCheck = command<CheckResult<DifferenceReport>>({
  name: 'migrate check',
  summary: 'try every migration up, down and up again in a scratch database',
  description:
    'Compares the schema after each way, and names what a way down forgot to undo. The database itself is only asked what server it is; without one, the newest server programs of this machine are used.',
  options: [
    { flags: '--from <name>', help: 'only apply what comes before this one' },
    { flags: '--seed <file>', help: 'SQL that fills tables, so that later ones meet rows' },
    { flags: '--seed-after <name>', help: 'run the seed behind this one (default: last applied)' },
  ],
  settings: [...migrateSettings, ...scratchSettings, 'ignore'],
  examples: [
    ['jem-db migrate check', 'every migration, in a throwaway database'],
    ['jem-db migrate check --from 0042 --seed rows.sql --seed-after 0041', 'the newest, on rows'],
  ],
  engine: (_input, context) => engineInUse(context),
  async run(input, context) {
    const { checkMigrations } = await import('../migrate/check.ts');
    const { compareFor } = await import('../schema/difference.ts');
    const target = await directTargetOf(context);
    const engine = await engineNamed(target.engine);
    await using like = await sessionOrNull(context, target);
    const setup = migrateSetup(context);
    const wish = await scratchWish(context);
    return await checkMigrations(
      { engine, like, setup, wish },
      {
        from: input.text('from') ?? null,
        seed: await seedOf(input, like, context),
        compare: async (expected, actual) =>
          (await compareFor(engine, expected, actual, context.settings.ignore)).differences,
        name: ({ change, object, expected }) =>
          `${change} ${object.type} ${displayName(object)}` +
          (change === 'changed' ? ` (${Object.keys(expected ?? {}).join(', ')})` : ''),
      },
    );
  },
  finding: ({ findings }) => findings.some(({ level }) => level === 'error'),
  render({ checkedIn, limits, roundTrips, findings, remaining }, paint) {
    const good = roundTrips.filter(({ reversible }) => reversible).length;
    return [
      paint.dim(`Checked in ${checkedIn}`),
      ...limits.map((limit) => labelled('note: ', limit)),
      ...columns(
        roundTrips.map(({ name, reversible }) => [reversible ? 'reversible' : 'one way', name]),
      ),
      ...findings.flatMap(({ level, file, line, column, message, hint }) => [
        '',
        labelled(`${level}: `, message),
        `  at: ${file}:${line}:${column}`,
        labelled('next: ', hint),
      ]),
      ...(remaining.length > 0 ? [labelled('not tried: ', remaining.join(', '))] : []),
      paint.bold(`${count(roundTrips.length, 'migration')} checked, ${good} reversible.`),
      '',
    ].join('\n');
  },
});

/** The database tells what server to resemble; it need not be there. */
async function sessionOrNull(context: Context, target: Target): Promise<Session | null> {
  try {
    return await openSession(context, target, 'read');
  } catch (error) {
    if (!(error instanceof JemError) || context.signal.aborted) throw error;
    if (error.code !== 'database-file-missing')
      context.report.note(`The database was not asked what server it is: ${error.message}`);
    return null;
  }
}

async function seedOf(
  input: Input,
  session: Session | null,
  context: Context,
): Promise<CheckWish<never>['seed']> {
  const file = input.text('seed');
  if (file === undefined) return null;
  const after = input.text('seedAfter') ?? (await lastApplied(session, context));
  if (after === null)
    throw new JemError('usage', '--seed needs --seed-after', {
      hint: 'Name the migration whose tables the seed fills.',
    });
  const path = resolve(context.environment.cwd, file);
  const bytes = seedIn(path);
  return { source: { file, kind: 'sql', options: {}, read: () => bytes }, after };
}

async function lastApplied(session: Session | null, context: Context): Promise<string | null> {
  const { signal, settings } = context;
  const { ledgerTable } = settings;
  const rows = await session?.migrations({ signal, ledgerTable }).read();
  return rows?.at(-1)?.name ?? null;
}

function seedIn(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new JemError('file-missing', `Cannot read the seed ${path} (${code})`, { cause: error });
  }
}
