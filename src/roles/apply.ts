import type { Session } from '../engines/engine.ts';
import type { RolesComparison, UnseenRights, WantedRoles } from '../engines/roles.ts';
import { JemError } from '../errors.ts';
import { roleKeepingOf } from './keeping.ts';
import {
  planPasswords,
  stagePasswords,
  type PasswordPlan,
  type PasswordWish,
  type PlannedPassword,
} from './passwords.ts';
import { headOf, told, type RolesOf, type ToldDeviation } from './verify.ts';

export interface RolesStep {
  readonly message: string;
  readonly sql: readonly string[];
}

export interface AppliedRoles extends RolesOf {
  readonly outcome: 'applied' | 'nothing-to-do' | 'planned';
  /** What was done, or would be. */
  readonly steps: readonly RolesStep[];
  readonly passwords: readonly PlannedPassword[];
  /** Roles that keep the password they have, though another was given. */
  readonly keptPasswords: PasswordPlan['kept'];
  /** What this user lacks to do it; empty unless `planned`. */
  readonly lacking: readonly string[];
  /** What no SQL can mend. */
  readonly remaining: readonly ToldDeviation[];
  readonly unseen: readonly UnseenRights[];
}

export interface ApplyWish {
  readonly passwords: PasswordWish;
  readonly dryRun: boolean;
  /** Milliseconds. */
  readonly lockTimeout: number;
  readonly signal: AbortSignal;
  /** Asks whether to do it. Throws where the answer is no. */
  readonly agree: (plan: AppliedRoles) => Promise<void>;
}

/**
 * Makes a database have the set, in one transaction, after asking. Throws `permission-denied`
 * before anything is done where this user may not do all of it, and the errors of passwords.
 */
export async function applyRoles(
  session: Session,
  wanted: WantedRoles,
  { passwords: wish, dryRun, lockTimeout, signal, agree }: ApplyWish,
): Promise<AppliedRoles> {
  const keeping = await roleKeepingOf(session.engine);
  const agreed = await keeping.compare(session, wanted);
  const plan = planOf(wanted, agreed, planPasswords(wanted, agreed, wish));
  if (plan.outcome === 'nothing-to-do' || dryRun) return plan;
  refuseLacking(agreed);
  refuseItself(wanted, agreed);
  await using staged = await stagePasswords(plan.passwords, wish);
  await agree(plan);
  const { passwords } = staged;
  const options = { agreed, passwords, lockTimeout, signal };
  const left = await keeping.apply(session, wanted, options).catch((error: unknown) => {
    throw inDoubt(error) ? withFiles(error, staged.keep()) : error;
  });
  await staged.publish();
  return { ...plan, outcome: 'applied', remaining: left.deviations.map(told), unseen: left.unseen };
}

function inDoubt(error: unknown): error is JemError {
  return error instanceof JemError && error.code === 'commit-unknown';
}

/** The server may have taken the passwords: they must not be lost. */
function withFiles(error: JemError, files: readonly string[]): JemError {
  if (files.length === 0) return error;
  const where = `Passwords that it may have taken lie in ${files.join(', ')}`;
  return error.with({ hint: `${error.details.hint ?? ''}. ${where}` });
}

function planOf(
  wanted: WantedRoles,
  found: RolesComparison,
  { planned, kept }: PasswordPlan,
): AppliedRoles {
  const steps = found.deviations.filter(({ sql }) => sql.length > 0);
  const getsOne = new Set(planned.map(({ role }) => role));
  return {
    ...headOf(found, wanted),
    outcome: steps.length > 0 || planned.length > 0 ? 'planned' : 'nothing-to-do',
    steps: steps.map(({ message, sql }) => ({ message, sql })),
    passwords: planned,
    keptPasswords: kept,
    lacking: found.lacking,
    remaining: found.deviations
      .filter(({ sql, role }) => sql.length === 0 && !getsOne.has(role ?? ''))
      .map(told),
    unseen: found.unseen,
  };
}

/** The set takes from its roles what they need to apply it: halfway through, or for good. */
function refuseItself({ roles }: WantedRoles, { user }: RolesComparison): void {
  if (!roles.some(({ name }) => name === user)) return;
  throw new JemError('usage', `User "${user}" is one of the roles that would be changed`, {
    why: 'It would lose the rights that it applies the others with, or could not log in again.',
    hint: 'Nothing was changed. Connect as another superuser or owner of the database; or name the roles otherwise: --prefix.',
  });
}

function refuseLacking({ lacking, user }: RolesComparison): void {
  if (lacking.length === 0) return;
  throw new JemError('permission-denied', `User "${user}" may not do all of this`, {
    why: `It lacks: ${lacking.join('; ')}.`,
    hint: 'Nothing was changed. Use a superuser or whoever can grant that, have somebody run what `jem-db roles print` prints, or leave a part out with --without.',
  });
}
