import type { RunningStatement, SeenStatement, SessionLook } from '../../engines/slow.ts';
import type { Blocked, Sampled } from './result.ts';

/** A statement as it was seen in some looks. */
export interface SampledStatement {
  readonly statement: SeenStatement;
  readonly sampled: Sampled;
}

/** What some looks have seen, that which took most sessions' time first. */
export function sampledStatements(looks: readonly SessionLook[]): SampledStatement[] {
  const byKey = grouped(looks.flatMap(({ running }) => running));
  return [...byKey.values()]
    .map((seen) => ({ statement: longest(seen).statement, sampled: sampledOf(seen) }))
    .toSorted(
      (one, other) =>
        other.sampled.seen - one.sampled.seen || other.sampled.longestMs - one.sampled.longestMs,
    );
}

function grouped(running: readonly RunningStatement[]): Map<string, RunningStatement[]> {
  const byKey = new Map<string, RunningStatement[]>();
  for (const one of running) byKey.set(one.key, [...(byKey.get(one.key) ?? []), one]);
  return byKey;
}

function longest(seen: readonly RunningStatement[]): RunningStatement {
  return seen.reduce((most, one) => (one.elapsedMs > most.elapsedMs ? one : most));
}

function sampledOf(seen: readonly RunningStatement[]): Sampled {
  const waits = new Map<string, number>();
  for (const { waitsFor } of seen)
    if (waitsFor !== null) waits.set(waitsFor, (waits.get(waitsFor) ?? 0) + 1);
  return {
    runs: new Set(seen.map(({ run }) => run)).size,
    seen: seen.length,
    longestMs: longest(seen).elapsedMs,
    waits: [...waits]
      .map(([event, number]) => ({ event, seen: number }))
      .toSorted((one, other) => other.seen - one.seen),
  };
}

/** Who waited for whom, as each run was last seen waiting; the longest first. */
export function blockedStatements(looks: readonly SessionLook[]): Blocked[] {
  const waiting = looks
    .flatMap(({ running }) => running)
    .filter(({ blockedBy }) => blockedBy.length > 0);
  const last = new Map(waiting.map((one) => [one.run, one]));
  return [...last.values()]
    .map(({ pid, elapsedMs, statement, blockedBy }) => ({
      pid,
      elapsedMs,
      role: statement.role,
      text: statement.text,
      by: blockedBy,
    }))
    .toSorted((one, other) => other.elapsedMs - one.elapsedMs);
}
