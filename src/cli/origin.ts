import { JemError } from '../errors.ts';

/** The stack of the error that became this one, or its text where nothing of that kind was thrown. */
export function originalStack(error: unknown): string {
  let origin = error;
  while (origin instanceof JemError && origin.details.cause) origin = origin.details.cause;
  return (origin instanceof Error && origin.stack) || String(origin);
}
