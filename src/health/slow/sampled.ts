import type { RunningStatement, SeenStatement, SessionLook } from '../../engines/slow.ts';
import type { Blocked, Sampled } from './result.ts';

/** A statement as it was seen in some looks. */
export interface SampledStatement {
  readonly statement: SeenStatement;
  readonly sampled: Sampled;
}

/** What some looks have seen. */
export interface Samples {
  readonly looks: number;
  /** ISO 8601, UTC, of the first look and of the last; null: there was none. */
  readonly from: string | null;
  readonly to: string | null;
  /** Sessions that could not be looked into, at the most. */
  readonly hidden: number;
  /** What took most sessions' time first. */
  readonly statements: readonly SampledStatement[];
  /** Who waited for whom, as each run was last seen waiting; the longest first. */
  readonly blocked: readonly Blocked[];
}

export interface Sampler {
  add(look: SessionLook): void;
  samples(): Samples;
}

interface Tally {
  statement: SeenStatement;
  runs: number;
  seen: number;
  longestMs: number;
  readonly waits: Map<string, number>;
}

/**
 * Counts looks as they come and keeps none of them: what it holds grows with the statements that
 * differ and with those that waited for a lock, not with the time.
 */
export function sampler(): Sampler {
  const tallies = new Map<string, Tally>();
  const blocked = new Map<string, Blocked>();
  let looks = 0;
  let hidden = 0;
  let from: string | null = null;
  let to: string | null = null;
  // A run is seen in every look from its first to its last: those of one look before are enough.
  let before: ReadonlySet<string> = new Set();

  return {
    add(look) {
      looks += 1;
      hidden = Math.max(hidden, look.hidden);
      from ??= look.at;
      to = look.at;
      const now = new Set<string>();
      for (const one of look.running) {
        const run = `${one.run} ${one.key}`;
        count(tallies, one, before.has(run) || now.has(run));
        now.add(run);
        if (one.blockedBy.length > 0) blocked.set(one.run, blockedOf(one));
      }
      before = now;
    },
    samples: () => ({
      ...{ looks, from, to, hidden },
      statements: [...tallies.values()]
        .map(sampledStatement)
        .toSorted(
          (one, other) =>
            other.sampled.seen - one.sampled.seen ||
            other.sampled.longestMs - one.sampled.longestMs,
        ),
      blocked: [...blocked.values()].toSorted((one, other) => other.elapsedMs - one.elapsedMs),
    }),
  };
}

function count(
  tallies: Map<string, Tally>,
  { key, statement, elapsedMs, waitsFor }: RunningStatement,
  isKnownRun: boolean,
): void {
  let tally = tallies.get(key);
  if (!tally) {
    tally = { statement, runs: 0, seen: 0, longestMs: elapsedMs, waits: new Map() };
    tallies.set(key, tally);
  }
  if (!isKnownRun) tally.runs += 1;
  tally.seen += 1;
  if (elapsedMs > tally.longestMs) Object.assign(tally, { statement, longestMs: elapsedMs });
  if (waitsFor !== null) tally.waits.set(waitsFor, (tally.waits.get(waitsFor) ?? 0) + 1);
}

function sampledStatement({ statement, runs, seen, longestMs, waits }: Tally): SampledStatement {
  return {
    statement,
    sampled: {
      ...{ runs, seen, longestMs },
      waits: [...waits]
        .map(([event, number]) => ({ event, seen: number }))
        .toSorted((one, other) => other.seen - one.seen),
    },
  };
}

function blockedOf({ pid, elapsedMs, statement, blockedBy }: RunningStatement): Blocked {
  return { pid, elapsedMs, role: statement.role, text: statement.text, by: blockedBy };
}
