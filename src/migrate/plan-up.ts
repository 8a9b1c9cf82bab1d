import { JemError } from '../errors.ts';
import { findMigration } from './find.ts';
import { findForeignLedgers } from './foreign-ledgers.ts';
import { type Loaded, load } from './load.ts';
import type { Migration } from './migration.ts';
import { refuseProblems } from './refuse.ts';
import type { Workplace } from './setup.ts';
import { readState, type State } from './state.ts';

/** What is held from the first look, in bytes; files beyond are read again when they run. */
const heldBytes = 64 * 1024 * 1024;

export interface UpWish {
  readonly to?: string | undefined;
  readonly step?: number | undefined;
  readonly allowOutOfOrder: boolean;
  /** Another tool's ledger in this database is none of our business. */
  readonly ignoreOtherLedgers: boolean;
}

/** What a run upwards is about to do. */
export interface UpPlan {
  readonly before: State;
  /** In the order they will run. */
  readonly wanted: readonly Migration[];
  /** By name; null: too much was held already, read it again. */
  readonly loaded: Map<string, Loaded | null>;
}

/**
 * Finds out what is to be applied, and refuses what can be known before anything runs: problems of
 * the folder, another tool's ledger, files that cannot run.
 */
export async function planUp(workplace: Workplace, wish: UpWish): Promise<UpPlan> {
  const { session, setup, folder } = workplace;
  if (folder.migrations.length === 0)
    setup.onNote(`There is no migration for ${session.engine.title} in ${folder.folder}`);
  await workplace.ledger.prepare();
  const before = await readState(workplace);
  refuseProblems(before.problems, wish.allowOutOfOrder);
  const wanted = select(workplace, before.pending, wish);
  if (wanted.length === 0) return { before, wanted, loaded: new Map() };
  if (before.applied.length + before.unfinished.length === 0 && !wish.ignoreOtherLedgers)
    await refuseOtherLedger(workplace);
  return { before, wanted, loaded: await lookThrough(workplace, wanted, before) };
}

/** Of what is pending, what was asked for. */
export function select(
  { folder, setup }: Workplace,
  pending: readonly Migration[],
  { to, step }: UpWish,
): readonly Migration[] {
  if (to !== undefined) {
    const last = folder.migrations.indexOf(findMigration(folder.migrations, to, setup.cwd));
    return pending.filter((migration) => folder.migrations.indexOf(migration) <= last);
  }
  return pending.slice(0, step);
}

/** What another tool has applied would be run a second time. */
async function refuseOtherLedger({ ledger }: Workplace): Promise<void> {
  const found = await findForeignLedgers((table) => ledger.foreignRows(table), null);
  const other = found.find(({ rows }) => rows.length > 0);
  if (!other) return;
  const { tool } = other.ledger;
  throw new JemError('ledger-foreign', `Refused: ${tool} has migrated this database before`, {
    why: `Its ledger ${other.table} is here, and jem-db has applied nothing yet: what ${tool} did would be done again.`,
    hint: `Take it over: \`jem-db migrate adopt ${tool}\`; or, where the two have nothing to do with each other: \`jem-db migrate up --ignore-other-ledgers\``,
  });
}

/** Reads every file before the first one runs, so that what can be refused is refused early. */
async function lookThrough(
  { session, setup }: Workplace,
  wanted: readonly Migration[],
  { unfinished }: State,
): Promise<Map<string, Loaded | null>> {
  const loaded = new Map<string, Loaded | null>();
  let held = 0;
  for (const { name, up } of wanted) {
    setup.signal.throwIfAborted();
    const one = await load(up, 'up', session.engine.dialect);
    if (!one.unwrapped && unfinished.some((row) => row.name === name))
      throw nowWrapped(name, up.file);
    held += one.size;
    loaded.set(name, held > heldBytes ? null : one);
  }
  return loaded;
}

/** From its start in a transaction it would do again what is done already. */
function nowWrapped(name: string, file: string): JemError {
  return new JemError(
    'migration-unfinished',
    `Refused: ${name} changed after it stopped half-way`,
    {
      why: 'Some of its statements are done already, and it no longer says that it runs without a transaction.',
      hint: `Put the line \`-- jem-db: no-transaction\` back at the top of ${file}; or undo by hand what was done and forget the try: \`jem-db migrate repair ${name}\``,
    },
  );
}
