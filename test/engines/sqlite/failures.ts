import { StatementFailure } from '../../../src/engines/migrating.ts';
import { JemError } from '../../../src/errors.ts';

async function thrownBy(running: Promise<unknown>): Promise<unknown> {
  return running.then(
    (result) => {
      throw new Error(`nothing was thrown, but ${String(result)} returned`);
    },
    (thrown: unknown) => thrown,
  );
}

/** The StatementFailure that something ends with, and its reason. */
export async function statementFailure(
  running: Promise<unknown>,
): Promise<StatementFailure & { readonly reason: JemError }> {
  const error = await thrownBy(running);
  if (isPlaced(error)) return error;
  throw new Error('no StatementFailure with a JemError', { cause: error });
}

function isPlaced(error: unknown): error is StatementFailure & { readonly reason: JemError } {
  return error instanceof StatementFailure && error.reason instanceof JemError;
}

/** The JemError that something ends with. */
export async function refusal(running: Promise<unknown>): Promise<JemError> {
  const error = await thrownBy(running);
  if (error instanceof JemError) return error;
  throw new Error('no JemError', { cause: error });
}
