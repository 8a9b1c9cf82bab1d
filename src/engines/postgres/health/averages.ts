import { age } from './days.ts';
import type { HealthFacts } from './facts.ts';
import { atSecond } from './words.ts';

/** Hours; over more, an hour that is bad hardly moves an average. */
const week = 7 * 24;

interface Counted {
  /** Since when, as ISO 8601. */
  readonly since: string | null | undefined;
  /** So many hours ago. */
  readonly hours: number;
  /** What makes it count anew; absent: counters of the database. */
  readonly reset?: string;
}

/** For the end of a summary: since when an average is one, and that an old one hides the last hours. */
export function onAverage({ standby }: HealthFacts, { since, hours, reset }: Counted): string {
  const said = `on average, since ${atSecond(since)}`;
  if (hours <= week) return said;
  // Autovacuum goes by what is reset with them, and no standby can count it anew.
  const all = `SELECT pg_stat_reset();${standby ? '' : ' ANALYZE;'}`;
  return `${said}: after ${age(hours * 3600)}, what happened lately does not show (reset: ${reset ?? all})`;
}
