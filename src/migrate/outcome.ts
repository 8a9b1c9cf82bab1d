import { JemError } from '../errors.ts';

/** A migration that was run, and how long it took. */
export interface Timed {
  readonly name: string;
  readonly durationMs: number;
}

export interface Failed {
  readonly name: string;
}

/**
 * The error of a run that stopped half-way, with what was done, what failed and what remains as
 * its result. `done` counts the names, in order, that went well.
 */
export function failedAt(
  error: unknown,
  done: number,
  names: readonly string[],
  soFar: object,
): unknown {
  if (!(error instanceof JemError)) return error;
  const [name, ...remaining] = names.slice(done);
  if (name === undefined) return error;
  return error.with({
    result: { outcome: 'failed', ...soFar, failed: { name } satisfies Failed, remaining },
  });
}
