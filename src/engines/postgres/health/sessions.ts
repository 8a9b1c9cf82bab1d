import type { Finding, Thresholds } from '../../health.ts';
import { counted, inTime } from './words.ts';

/** A session of an application, or (where `pid` is null) only how many cannot be judged. */
export interface SeenSession {
  /** Sessions for which track_activities is off: what they do is not to be seen. */
  readonly blind: number;
  readonly pid: number | null;
  readonly seconds: number;
  /** Role, database, application and address, as far as they are known. */
  readonly who: string;
  readonly query: string;
}

/**
 * Sessions of applications for which `condition` holds, by the seconds since `moment`, the longest
 * first; both of `a`, a row of pg_stat_activity. Always answers with one row at least.
 */
export function sessionsSql(moment: string, condition: string): string {
  return `
    SELECT b.blind, s.* FROM (SELECT count(*)::int AS blind FROM pg_stat_activity
      WHERE state = 'disabled' AND pid <> pg_backend_pid()) b
    LEFT JOIN (SELECT a.pid, extract(epoch FROM clock_timestamp() - ${moment})::float8 AS seconds,
        concat_ws(' ', a.usename, 'in ' || a.datname, nullif(a.application_name, ''), host(a.client_addr)) AS who,
        left(regexp_replace(a.query, '\\s+', ' ', 'g'), 100) AS query
      FROM pg_stat_activity a
      WHERE a.backend_type = 'client backend' AND a.pid <> pg_backend_pid() AND ${condition}
      ORDER BY ${moment} LIMIT 100) s ON true`;
}

interface Words {
  /** `session is idle in a transaction`, and of many. */
  readonly one: string;
  readonly more: string;
  readonly none: string;
  readonly hint: (worst: SeenSession) => string;
}

/** Holds the longest against the thresholds. Never ok where it could not see all of them. */
export function judgeSessions(
  rows: readonly SeenSession[],
  thresholds: Thresholds | null,
  { one, more, none, hint }: Words,
): Finding {
  const seen = rows.filter(({ pid }) => pid !== null);
  const [worst] = seen;
  const blind = rows[0]?.blind ?? 0;
  const seconds = Math.round(worst?.seconds ?? 0);
  if (blind > 0 && seconds < (thresholds?.warning ?? Infinity))
    return {
      status: 'unknown',
      value: null,
      summary: `${counted(blind, 'session has', 'sessions have')} track_activities off: what they do is not to be seen`,
      hint: 'ALTER SYSTEM RESET track_activities; SELECT pg_reload_conf(); and look for a role that sets it.',
    };
  if (!worst) return { status: null, value: 0, summary: none, hint: null };
  return {
    status: null,
    value: seconds,
    summary: `${counted(seen.length, one, more)}, the longest for ${inTime(seconds)}: ${worst.who}`,
    hint: hint(worst),
    objects: seen.map(({ pid, seconds: passed, who, query }) => ({
      name: `pid ${pid}`,
      value: Math.round(passed),
      detail: `${inTime(passed)}, ${who}: ${query}`,
    })),
  };
}
