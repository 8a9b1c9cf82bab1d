import type { HealthCheck, NotApplicable } from '../../health.ts';
import { type PostgresCheck, postgresCheck } from './check.ts';
import type { HealthFacts } from './facts.ts';

/** One thing that should not be as it is. */
export interface Listed {
  readonly name: string;
  readonly detail: string;
  /** Worse than the level of its check. */
  readonly critical?: boolean;
}

interface Listing<Found extends Listed> extends Omit<HealthCheck, 'unit' | 'thresholds'> {
  readonly since?: number;
  readonly on?: 'primary' | 'standby';
  readonly silentWithout?: keyof HealthFacts['may'];
  /** What one of them is. */
  readonly level: 'warning' | 'critical';
  /** A SELECT of `name`, `detail`, of `critical` where it may be, and of what the words need. */
  sql(facts: HealthFacts): string | NotApplicable;
  /** ORDER BY; the worst first. By name where it is absent. */
  readonly order?: string;
  /** The summary where there is none. */
  readonly none: string;
  /** The summary of so many. */
  some(count: number, first: Found): string;
  /** What mends the first of them. */
  hint(first: Found, facts: HealthFacts): string;
}

/** More are counted, but not named. */
const most = 100;

/** A check that lists what should not be there, and is well where it finds nothing. */
export function listingCheck<Found extends Listed = Listed>({
  level,
  sql,
  order = 'name',
  none,
  some,
  hint,
  ...check
}: Listing<Found>): PostgresCheck {
  return postgresCheck<Found & { readonly total: number }>({
    ...check,
    unit: null,
    thresholds:
      level === 'critical' ? { warning: null, critical: 1 } : { warning: 1, critical: null },
    sql: (facts) => {
      const inner = sql(facts);
      if (typeof inner !== 'string') return inner;
      return `SELECT found.*, (count(*) OVER ())::int AS total FROM (${inner}) found ORDER BY ${order} LIMIT ${most}`;
    },
    judge(rows, facts) {
      const [first] = rows;
      if (!first) return { status: null, value: 0, summary: none, hint: null, objects: [] };
      const more = first.total > most ? `; the first ${most} are listed` : '';
      return {
        status: rows.some(({ critical }) => critical) ? 'critical' : null,
        value: first.total,
        summary: `${some(first.total, first)}${more}`,
        hint: hint(first, facts),
        objects: rows.map(({ name, detail }) => ({ name, value: null, detail })),
      };
    },
  });
}

/** `1 index is`, `2 indexes are`. */
export function areMany(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
