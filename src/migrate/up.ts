import type { LedgerRow } from '../engines/migrating.ts';
import { groupedRunner, type Ready } from './group.ts';
import { type Loaded, load } from './load.ts';
import type { Migration } from './migration.ts';
import { planUp, select, type UpWish } from './plan-up.ts';
import { failedAt, type Failed, type Timed } from './outcome.ts';
import { halfDone } from './resume.ts';
import { placeOf } from './progress.ts';
import { refuseProblems } from './refuse.ts';
import { runInOrder } from './runner.ts';
import {
  asOnlyRunner,
  openWorkplace,
  type MigrateSetup,
  recordSchema,
  type Workplace,
} from './setup.ts';
import { readState, type State } from './state.ts';
import { rowOf } from './record.ts';
import type { Session } from '../engines/engine.ts';

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
  const { before, wanted, loaded } = await planUp(workplace, wish);
  if (wanted.length === 0)
    return {
      outcome: 'nothing-to-do',
      applied: [],
      appliedByOthers: [],
      remaining: before.pending.map(({ name }) => name),
    };
  return asOnlyRunner(workplace, async () => {
    const rows = (await workplace.ledger.read()) ?? [];
    const others = doneMeanwhile(wanted, rows);
    const left = sameRows(before, rows)
      ? wanted
      : await selectAgain(workplace, wish, others.length);
    const result = await applyAll(workplace, left, loaded, others);
    await recordSchema(workplace);
    return result;
  });
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
  const run = groupedRunner(workplace, byName, prepare, (now) =>
    setup.onProgress(`applying ${placeOf(now, names)}`),
  );
  try {
    await runInOrder(byName, 'up', async (name) => {
      const { outcome, durationMs } = await run(name);
      if (outcome === 'done-by-another') appliedByOthers.push(name);
      else applied.push({ name, durationMs: Math.round(durationMs) });
    });
  } catch (error) {
    const done = applied.length + appliedByOthers.length - alreadyByOthers.length;
    const told = await halfDone(workplace, names[done], error);
    throw failedAt(told, done, names, { applied, appliedByOthers });
  }
  return { outcome: 'applied', applied, appliedByOthers, remaining: [] };
}
