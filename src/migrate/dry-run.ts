import type { Session } from '../engines/engine.ts';
import type { Observation, Schema } from '../engines/schema.ts';
import { locate } from '../sql/position.ts';
import { openScratch, type ScratchWish } from './scratch.ts';
import { type Loaded, load } from './load.ts';
import type { Migration } from './migration.ts';
import { failedAt, type Failed } from './outcome.ts';
import { planUp, type UpWish } from './plan-up.ts';
import { rowOf } from './record.ts';
import { asApplied, replay } from './replay.ts';
import { type MigrateSetup, openWorkplace, type Workplace } from './setup.ts';
import { runStep, startOf, stepOf, withPlace } from './step.ts';

/** What one statement was seen to do, with its place. */
export interface SeenStatement extends Omit<Observation, 'statement'> {
  readonly line: number;
  /** Its first words. */
  readonly text: string;
}

export interface Tried {
  readonly name: string;
  readonly durationMs: number;
  /** `database`: in the real one, rolled back. `scratch`: where it cannot be rolled back. */
  readonly ranIn: 'database' | 'scratch';
  /** Empty where it cannot be watched: a function, or a file that runs outside a transaction. */
  readonly statements: readonly SeenStatement[];
}

export interface DryRunResult {
  readonly outcome: 'rolled-back' | 'nothing-to-do' | 'failed';
  readonly dryRun: true;
  /** Would be applied, in order. */
  readonly applied: readonly Tried[];
  readonly failed?: Failed;
  readonly remaining: readonly string[];
  /** The scratch database that was used for what cannot be rolled back; null: none was. */
  readonly scratch: string | null;
}

/** Compares the schema before with that after; what a comparison says is the caller's. */
export type Compare<T> = (before: Schema, after: Schema) => Promise<T>;

/**
 * Runs what is pending for real and rolls it back, watching each statement; from the first file on
 * that runs outside a transaction, in a scratch database. Throws as `migrateUp` does, with what was
 * seen so far.
 */
export async function dryRunUp<T>(
  session: Session,
  setup: MigrateSetup,
  wish: UpWish & { readonly scratch: ScratchWish },
  compare: Compare<T>,
): Promise<DryRunResult & { readonly changes: T | null }> {
  const workplace = await openWorkplace(session, setup);
  const { before, wanted, loaded } = await planUp(workplace, wish);
  const names = wanted.map(({ name }) => name);
  const files: Ready[] = [];
  for (const migration of wanted)
    files.push({
      migration,
      loaded:
        loaded.get(migration.name) ?? (await load(migration.up, 'up', session.engine.dialect)),
    });
  const outside = files.findIndex(({ loaded: { unwrapped } }) => unwrapped);
  const inside = outside < 0 ? files : files.slice(0, outside);
  const tried: Tried[] = [];
  const failed = (error: unknown): unknown =>
    failedAt(error, tried.length, names, { dryRun: true, applied: tried });
  if (files.length === 0)
    return { ...nothing, remaining: before.pending.map(({ name }) => name), changes: null };
  let schemas: Schemas | null = null;
  if (inside.length > 0) {
    setup.onProgress(`trying ${inside.length} migrations`);
    const seen = await rehearsed(workplace, inside, 'database');
    tried.push(...seen.tried);
    if (seen.failure !== null) throw failed(seen.failure);
    schemas = seen.schemas;
  }
  let scratch: string | null = null;
  if (outside >= 0) {
    const applied = await asApplied(workplace, before.applied);
    const { engine } = session;
    await using place = await openScratch({ engine, like: session, setup, wish: wish.scratch });
    await using there = await place.connect();
    const at = { scratch: place, session: there };
    scratch = place.description;
    const bench = await replay(at, setup, [
      ...applied,
      ...inside.map(({ migration }) => migration),
    ]);
    const start = schemas?.before ?? (await there.schema(setup));
    for (const file of files.slice(outside)) {
      setup.onProgress(`trying ${file.migration.name} in a scratch database`);
      try {
        tried.push(await triedInScratch(bench, file));
      } catch (error) {
        throw failed(error);
      }
    }
    schemas = { before: start, after: await there.schema(setup) };
  }
  return {
    outcome: 'rolled-back',
    dryRun: true,
    applied: tried,
    remaining: [],
    scratch,
    changes: schemas && (await compare(schemas.before, schemas.after)),
  };
}

const nothing = {
  outcome: 'nothing-to-do',
  dryRun: true,
  applied: [],
  scratch: null,
} as const;

interface Ready {
  readonly migration: Migration;
  readonly loaded: Loaded;
}

interface Schemas {
  readonly before: Schema;
  readonly after: Schema;
}

interface Seen {
  readonly tried: readonly Tried[];
  readonly failure: unknown;
  readonly schemas: Schemas;
}

/** Runs files in one transaction that is rolled back. */
async function rehearsed(
  { ledger, setup }: Workplace,
  files: readonly Ready[],
  ranIn: Tried['ranIn'],
): Promise<Seen> {
  const steps = files.map(({ migration, loaded }) =>
    stepOf(setup, loaded, { kind: 'insert', row: rowOf(migration, loaded) }),
  );
  const { steps: observed, failure, before, after } = await ledger.rehearse(steps);
  const failing = files[observed.length - 1]?.loaded;
  return {
    tried: files
      .slice(0, failure === null ? observed.length : observed.length - 1)
      .map((file, index) => triedOf(file, observed[index] ?? [], ranIn)),
    failure: failure === null || !failing ? failure : withPlace(failure, failing),
    schemas: { before, after },
  };
}

function triedOf(
  { migration, loaded }: Ready,
  observed: readonly Observation[],
  ranIn: Tried['ranIn'],
): Tried {
  return {
    name: migration.name,
    durationMs: Math.round(observed.reduce((sum, { durationMs }) => sum + durationMs, 0)),
    ranIn,
    statements: observed.map((observation) => seenStatement(loaded, observation)),
  };
}

function seenStatement({ run, source }: Loaded, observation: Observation): SeenStatement {
  const { statement, durationMs, ...seen } = observation;
  const rounded = { durationMs: Math.round(durationMs * 10) / 10, ...seen };
  if (typeof run === 'function') return { line: 1, text: source.file, ...rounded };
  const offset = startOf(run, statement);
  if (offset === null) return { line: 1, text: '', ...rounded };
  const { line, text = '' } = locate(run.bytes, offset, source.file);
  return { line, text: text.trim(), ...rounded };
}

/** Tries a file, and then leaves it applied, so that the next one finds what it made. */
async function triedInScratch(bench: Workplace, file: Ready): Promise<Tried> {
  const { migration, loaded } = file;
  const change = { kind: 'insert', row: rowOf(migration, loaded) } as const;
  const seen = loaded.unwrapped ? null : await rehearsed(bench, [file], 'scratch');
  if (seen && seen.failure !== null) throw seen.failure as Error;
  const started = performance.now();
  await runStep(bench, migration.name, loaded, change);
  const durationMs = Math.round(performance.now() - started);
  return seen?.tried[0] ?? { name: migration.name, durationMs, ranIn: 'scratch', statements: [] };
}
