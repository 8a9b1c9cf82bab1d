import { type HealthCheck, healthGroups } from '../engines/health.ts';
import { JemError } from '../errors.ts';
import { didYouMean } from '../near-miss.ts';

/**
 * The checks to run: `only` and `skip` name ids or groups; without `only`, all but those that run
 * on request. What is skipped may be a check of `others`: of another engine, whose settings are the
 * same. Throws `bad-setting` where a name fits nothing.
 */
export function selectChecks<Check extends HealthCheck>(
  checks: readonly Check[],
  { only, skip }: { readonly only: readonly string[]; readonly skip: readonly string[] },
  others: readonly HealthCheck[] = [],
): readonly Check[] {
  for (const name of only) refuseUnknown(name, checks);
  for (const name of skip) refuseUnknown(name, [...checks, ...others]);
  const named = (names: readonly string[], { id, group }: HealthCheck): boolean =>
    names.includes(id) || names.includes(group);
  const selected = checks.filter((check) => {
    if (named(skip, check)) return false;
    // A group does not bring in what is heavy.
    return only.length > 0
      ? only.includes(check.id) || (named(only, check) && !check.onRequest)
      : !check.onRequest;
  });
  if (selected.length > 0) return selected;
  throw new JemError('bad-setting', 'No check is left to run', {
    why: 'All that was named is skipped, or of another engine.',
    hint: 'Leave out --skip or skipChecks, or name others; `jem-db health checks` lists them.',
  });
}

function namesOf(checks: readonly HealthCheck[]): readonly string[] {
  return [...checks.map(({ id }) => id), ...healthGroups];
}

/** Whether it is the id of one of them, or a group. */
export function isNamed(name: string, checks: readonly HealthCheck[]): boolean {
  return namesOf(checks).includes(name);
}

function refuseUnknown(name: string, checks: readonly HealthCheck[]): void {
  if (isNamed(name, checks)) return;
  throw new JemError('bad-setting', `There is no check or group "${name}"`, {
    hint: `\`jem-db health checks\` lists them.${didYouMean(name, namesOf(checks))}`,
  });
}
