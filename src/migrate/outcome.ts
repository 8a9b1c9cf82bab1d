import { JemError } from '../errors.ts';

/** A migration that was run, and how long it took. */
export interface Timed {
  readonly name: string;
  readonly durationMs: number;
}

export interface Failed {
  readonly name: string;
  /** Of a file without a transaction that stopped half-way: what is done, and stays. */
  readonly statementsDone?: number;
}

/**
 * The error of a run that stopped half-way, with what was done, what failed and what remains as
 * its result; and, where nobody could be asked, of what it is not known. `done` counts the names,
 * in order, that went well.
 */
export function failedAt(
  error: unknown,
  done: number,
  names: readonly string[],
  soFar: object,
): unknown {
  if (!(error instanceof JemError)) return error;
  const { inDoubt } = error.details;
  const [first, ...behind] = names.slice(done);
  if (first === undefined) return error;
  const doubtful = new Set(inDoubt?.names);
  const name = inDoubt?.during ?? first;
  const failed: Failed = { ...failedOf(error), name };
  const remaining = [first, ...behind].filter((each) => each !== name && !doubtful.has(each));
  const notKnown = inDoubt && { inDoubt: inDoubt.names };
  return error.with({ result: { outcome: 'failed', ...soFar, failed, ...notKnown, remaining } });
}

/** What is known already of how far it came. */
function failedOf({ details: { result } }: JemError): object {
  const failed = result && 'failed' in result ? result.failed : null;
  return typeof failed === 'object' && failed !== null ? failed : {};
}
