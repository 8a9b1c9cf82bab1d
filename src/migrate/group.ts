import type { GroupResult, LedgerChange } from '../engines/migrating.ts';
import { JemError } from '../errors.ts';
import type { Loaded } from './load.ts';
import type { Workplace } from './setup.ts';
import { mayPass, runStep, stepOf, withPlace } from './step.ts';

/** How many migrations are handed to the engine at one go, and how many bytes of SQL. */
const mostSteps = 50;
const mostBytes = 1024 * 1024;

/** A migration made ready to run in one direction. */
export interface Ready {
  readonly name: string;
  readonly loaded: Loaded;
  readonly change: LedgerChange;
}

/** Told which migrations are about to run; several where the engine does not tell them apart. */
export type OnStart = (names: readonly string[]) => void;

/**
 * Runs migrations one by one for the caller, and several at one go for the engine, where it can.
 * While a group runs the next one is read. The names are to be asked for in their order; each
 * answer is that of `runStep`.
 */
export function groupedRunner<T>(
  workplace: Workplace,
  things: ReadonlyMap<string, T>,
  prepare: (name: string, thing: T) => Promise<Ready>,
  onStart: OnStart = () => {},
): (name: string) => Promise<GroupResult> {
  const names = [...things.keys()];
  const place = new Map(names.map((name, index) => [name, index]));
  const waiting = new Map<string, Promise<Ready>>();
  const results = new Map<string, GroupResult>();
  const failures = new Map<string, unknown>();

  const readyOf = (name: string): Promise<Ready> => {
    const known = waiting.get(name);
    const thing = things.get(name);
    if (known) return known;
    if (thing === undefined) throw new Error(`${name} is not among the migrations to run`);
    const ready = prepare(name, thing);
    // Whoever asks for it is told; until then nobody waits for it.
    ready.catch(() => {});
    waiting.set(name, ready);
    return ready;
  };
  const from = (name: string): readonly string[] => names.slice(place.get(name) ?? 0);

  return async (name) => {
    const known = results.get(name);
    const failure = failures.get(name);
    if (known) return known;
    if (failure === undefined) stopBefore(name, workplace.setup.signal);
    workplace.setup.signal.throwIfAborted();
    const group = await groupOf(from(name), readyOf);
    const [first] = group;
    if (!first) throw new Error(`${name} is not among the migrations to run`);
    waiting.delete(name);
    if (failure !== undefined && !mayPass(failure)) throw withPlace(failure, first.loaded);
    onStart(failure === undefined ? group.map((each) => each.name) : [name]);
    if (failure !== undefined || group.length === 1) return runAlone(workplace, first);
    for (const next of from(name).slice(group.length, group.length + mostSteps)) void readyOf(next);
    const outcome = await runGroup(workplace, group, onStart);
    for (const [index, result] of outcome.results.entries()) {
      const done = group[index]?.name ?? '';
      results.set(done, result);
      waiting.delete(done);
    }
    const failed = group[outcome.results.length];
    if (failed && outcome.failure !== null) failures.set(failed.name, outcome.failure);
    return results.get(name) ?? runAlone(workplace, first);
  };
}

function stopBefore(name: string, { aborted, reason }: AbortSignal): void {
  if (aborted && reason instanceof JemError) throw reason.with({ why: `${name} had not begun.` });
}

/** The next migrations that may run at one go: at least the first. */
async function groupOf(
  names: readonly string[],
  readyOf: (name: string) => Promise<Ready>,
): Promise<Ready[]> {
  const [name, ...others] = names;
  if (name === undefined) return [];
  const group = [await readyOf(name)];
  let bytes = group[0]?.loaded.size ?? 0;
  for (const other of others.slice(0, mostSteps - 1)) {
    if (!canShare(group.at(-1)?.loaded)) break;
    // A file that cannot be read says so when it is its turn.
    const next = await readyOf(other).catch(() => null);
    bytes += next?.loaded.size ?? 0;
    if (!next || !canShare(next.loaded) || bytes > mostBytes) break;
    group.push(next);
  }
  return group;
}

function canShare(loaded: Loaded | undefined): boolean {
  return loaded !== undefined && !loaded.unwrapped && typeof loaded.run !== 'function';
}

async function runGroup({ ledger, setup }: Workplace, group: readonly Ready[], onStart: OnStart) {
  const nothing = { results: [], failure: null };
  if (!ledger.applyGroup) return nothing;
  const [first] = group;
  try {
    return await ledger.applyGroup(
      group.map(({ loaded, change }) => stepOf(setup, loaded, change)),
      (index) => onStart([group[index]?.name ?? first?.name ?? '']),
    );
  } catch (error) {
    if (!first || !mayPass(error)) throw first ? withPlace(error, first.loaded) : error;
    return nothing;
  }
}

async function runAlone(
  workplace: Workplace,
  { name, loaded, change }: Ready,
): Promise<GroupResult> {
  const started = performance.now();
  const outcome = await runStep(workplace, name, loaded, change);
  return { outcome, durationMs: Math.round(performance.now() - started) };
}
