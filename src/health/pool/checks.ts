import type { Finding, HealthCheck, HealthStatus, NotApplicable } from '../../engines/health.ts';
import type { PoolerState } from '../../engines/pooling.ts';

/** Two looks at a pooler; the same one twice where the first had nothing to look at again. */
export interface Samples {
  readonly first: PoolerState;
  readonly last: PoolerState;
  /** Seconds between them. */
  readonly apart: number;
}

/** What a check saw. Without a status the value, held against the thresholds, tells. */
export interface Seen {
  readonly status?: HealthStatus;
  readonly value: number | null;
  readonly summary: string;
  readonly hint: string;
}

/** A check of a pooler; `see` answers with a reason where there is nothing to look at. */
export interface PoolCheck extends HealthCheck {
  see(samples: Samples): Seen | string;
}

/** What was seen as checks of all kinds tell it. Pure. */
export function findingOf(seen: Seen | string): Finding | NotApplicable {
  if (typeof seen === 'string') return { notApplicable: seen };
  return { ...seen, status: seen.status ?? null };
}

/** The largest of some numbers with what it belongs to; null: there are none. Pure. */
export function largest<T>(
  items: readonly T[],
  valueOf: (item: T) => number,
): { readonly item: T; readonly value: number } | null {
  let found: { item: T; value: number } | null = null;
  for (const item of items) {
    const value = valueOf(item);
    if (found === null || value > found.value) found = { item, value };
  }
  return found;
}
