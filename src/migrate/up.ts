import type { LedgerRow } from '../engines/engine.ts';
import { JemError } from '../errors.ts';
import { findMigration } from './find.ts';
import { findForeignLedgers } from './foreign-ledgers.ts';
import { groupedRunner, type Ready } from './group.ts';
import { type Loaded, load } from './load.ts';
import type { Migration } from './migration.ts';
import { failedAt, type Failed, type Timed } from './outcome.ts';
import { refuseProblems } from './refuse.ts';
import { runInOrder } from './runner.ts';
import { asOnlyRunner, openWorkplace, type MigrateSetup, type Workplace } from './setup.ts';
import { readState, type State } from './state.ts';
import { rowOf } from './record.ts';
import type { Session } from '../engines/engine.ts';

/** What is held from the first look, in bytes; files beyond are read again when they run. */
const heldBytes = 64 * 1024 * 1024;

export interface UpWish {
  readonly to?: string | undefined;
  readonly step?: number | undefined;
  readonly allowOutOfOrder: boolean;
  /** Another tool's ledger in this database is none of our business. */
  readonly ignoreOtherLedgers: boolean;
}

export interface UpResult {
  readonly outcome: 'applied' | 'nothing-to-do' | 'failed';
  readonly applied: readonly Timed[];
  /** Migrations that another runner applied while this one waited. */
  readonly appliedByOthers: readonly string[];
  readonly failed?: Failed;
  readonly remaining: readonly string[];
}

/**
 * Applies what is pending, in order, each in its own transaction with its row of the ledger.
 * Throws before anything runs where a file is changed, missing, out of order or unreadable; a
 * failure later carries an UpResult of what was done.
 */
export async function migrateUp(
  session: Session,
  setup: MigrateSetup,
  wish: UpWish,
): Promise<UpResult> {
  const workplace = await openWorkplace(session, setup);
  if (workplace.folder.migrations.length === 0)
    setup.onNote(`There is no migration for ${session.engine.title} in ${workplace.folder.folder}`);
  await workplace.ledger.prepare();
  const before = await readState(workplace);
  refuseProblems(before.problems, wish.allowOutOfOrder);
  const wanted = select(workplace, before.pending, wish);
  if (wanted.length === 0)
    return {
      outcome: 'nothing-to-do',
      applied: [],
      appliedByOthers: [],
      remaining: before.pending.map(({ name }) => name),
    };
  if (before.applied.length + before.unfinished.length === 0 && !wish.ignoreOtherLedgers)
    await refuseOtherLedger(workplace);
  const loaded = await lookThrough(workplace, wanted, before);
  return asOnlyRunner(workplace, async () => {
    const rows = (await workplace.ledger.read()) ?? [];
    const others = doneMeanwhile(wanted, rows);
    const left = sameRows(before, rows)
      ? wanted
      : await selectAgain(workplace, wish, others.length);
    return applyAll(workplace, left, loaded, others);
  });
}

function select(
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

function sameRows({ applied, unfinished }: State, rows: readonly LedgerRow[]): boolean {
  const before = new Map([...applied, ...unfinished].map((row) => [row.name, row.statementsDone]));
  return (
    rows.length === before.size &&
    rows.every(({ name, statementsDone }) => before.get(name) === statementsDone)
  );
}

/** Another runner worked while this one waited: it may have reverted some, or applied newer ones. */
async function selectAgain(
  workplace: Workplace,
  wish: UpWish,
  done: number,
): Promise<readonly Migration[]> {
  const { pending, problems } = await readState(workplace);
  const step = wish.step === undefined ? undefined : Math.max(wish.step - done, 0);
  const left = select(workplace, pending, { ...wish, step });
  if (left.length > 0) refuseProblems(problems, wish.allowOutOfOrder);
  return left;
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

function doneMeanwhile(wanted: readonly Migration[], rows: readonly LedgerRow[]): string[] {
  const whole = new Set(
    rows.filter(({ statementsDone }) => statementsDone === null).map(({ name }) => name),
  );
  return wanted.map(({ name }) => name).filter((name) => whole.has(name));
}

async function applyAll(
  workplace: Workplace,
  wanted: readonly Migration[],
  loaded: Map<string, Loaded | null>,
  alreadyByOthers: readonly string[],
): Promise<UpResult> {
  const { setup, session } = workplace;
  const byName = new Map(wanted.map((migration) => [migration.name, migration]));
  const applied: Timed[] = [];
  const appliedByOthers = [...alreadyByOthers];
  const names = [...byName.keys()];
  const prepare = async (name: string, migration: Migration): Promise<Ready> => {
    const script = loaded.get(name) ?? (await load(migration.up, 'up', session.engine.dialect));
    loaded.delete(name);
    return {
      name,
      loaded: script,
      change: { kind: 'insert', row: rowOf(migration, script) },
    };
  };
  const run = groupedRunner(workplace, byName, prepare);
  try {
    await runInOrder(byName, 'up', async (name) => {
      setup.onProgress(`applying ${name} (${applied.length + 1} of ${names.length})`);
      const { outcome, durationMs } = await run(name);
      if (outcome === 'done-by-another') appliedByOthers.push(name);
      else applied.push({ name, durationMs: Math.round(durationMs) });
    });
  } catch (error) {
    throw failedAt(error, applied.length + appliedByOthers.length - alreadyByOthers.length, names, {
      applied,
      appliedByOthers,
    });
  }
  return { outcome: 'applied', applied, appliedByOthers, remaining: [] };
}
