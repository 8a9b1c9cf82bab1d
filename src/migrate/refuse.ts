import { type ErrorCode, JemError } from '../errors.ts';
import type { Problem, ProblemKind } from './state.ts';

const refusals: Readonly<Record<Exclude<ProblemKind, 'unfinished'>, readonly [ErrorCode, string]>> =
  {
    changed: ['migration-changed', 'has changed since it was applied'],
    missing: ['migration-missing', 'is applied, and its file is missing'],
    renamed: ['migration-missing', 'is applied, and its file was renamed'],
    'out-of-order': ['migration-out-of-order', 'is numbered before one that is applied already'],
    'number-twice': ['migration-number-twice', 'has the number of another migration'],
    'half-reverted': ['migration-unfinished', 'is half reverted'],
  };

/**
 * Throws where a problem stands against applying anything: the error of the first, naming all.
 * An unfinished migration is none: `up` goes on with it.
 */
export function refuseProblems(problems: readonly Problem[], allowOutOfOrder: boolean): void {
  const standing = problems.filter(
    ({ kind }) => kind !== 'unfinished' && !(allowOutOfOrder && kind === 'out-of-order'),
  );
  const [first, ...others] = standing;
  if (!first || first.kind === 'unfinished') return;
  const [code, words] = refusals[first.kind];
  const rest = others.map(({ name, kind }) => `${name} (${kind})`).join(', ');
  throw new JemError(code, `Refused: ${first.name} ${words}`, {
    why: `Nothing was run, so that the database is not built from two different stories.${rest ? ` There is more: ${rest}.` : ''}`,
    hint: first.hint,
    result: { outcome: 'refused', problems: standing },
  });
}
