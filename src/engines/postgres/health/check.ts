import type { Finding, HealthCheck, NotApplicable, Thresholds } from '../../health.ts';
import type { Row } from '../../values.ts';
import type { HealthFacts } from './facts.ts';

/**
 * A check of one query; one file each in `checks/`. `Found` is a row of its answer as the driver
 * gives it: `int8` and `numeric` as text, so that a query casts to `int` or `float8` what it counts.
 */
interface CheckOf<Found> extends HealthCheck {
  /** First major version whose catalogs have what it asks for. */
  readonly since?: number;
  /** Where it means anything; absent: everywhere. */
  readonly on?: 'primary' | 'standby';
  /**
   * Whether its query would not fail without the rights in `needs`, but silently show less, as
   * `pg_stat_activity` does: then they are asked for first.
   */
  readonly silentWithout?: keyof HealthFacts['may'];
  /**
   * Statements before it in its transaction; `judge` is then told the notices that they and the
   * query brought.
   */
  before?(facts: HealthFacts): readonly string[];
  /** One SELECT that no lock can make wait (anchors/health.md 0.2), or why there is none to ask. */
  sql(facts: HealthFacts): string | NotApplicable;
  /** Pure, unless it must look at this machine too. */
  judge(
    rows: readonly Found[],
    facts: HealthFacts,
    thresholds: Thresholds | null,
    notices: readonly string[],
  ): Finding | NotApplicable | Promise<Finding | NotApplicable>;
}

export type PostgresCheck = CheckOf<Row>;

/** Closes over the type of the rows, so that checks of all kinds stand in one list. */
export function postgresCheck<Found extends object>(check: CheckOf<Found>): PostgresCheck {
  return {
    ...check,
    judge: (rows, ...others) =>
      // What a query answers is known by the file that asks it.
      check.judge(rows as readonly unknown[] as readonly Found[], ...others),
  };
}
