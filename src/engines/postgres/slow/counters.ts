import type { CounterSample, StatementCounters } from '../../slow.ts';
import type { PostgresSession } from '../session.ts';
import { ownMark, type StatementSource } from './source.ts';

interface CounterRow extends StatementCounters {
  readonly hidden: boolean;
}

/** The counters of this database's statements, without their texts, which lie in a file. */
export async function readCounters(
  session: PostgresSession,
  source: StatementSource,
): Promise<CounterSample> {
  const rows = (await session.query(countersSql(source))) as unknown as readonly CounterRow[];
  const [row = {}] = await session.query(momentSql(source));
  const hidden = rows.filter((one) => one.hidden);
  const evictions = row['evictions'];
  return {
    at: String(row['at']),
    resetAt: typeof row['resetAt'] === 'string' ? row['resetAt'] : null,
    evictions: evictions === null ? null : Number(evictions),
    statements: rows.filter((one) => !one.hidden).map(({ hidden: _, ...counters }) => counters),
    hidden: {
      statements: hidden.length,
      calls: sum(hidden.map(({ calls }) => calls)),
      totalMs: sum(hidden.map(({ totalMs }) => totalMs)),
    },
  };
}

/** Tells a statement of a role; `toplevel` came with version 1.9 of the extension. */
export function keyOf({ columns }: StatementSource): string {
  const level = columns.has('toplevel') ? 'toplevel::text' : "'true'";
  return `userid::text || '/' || coalesce(queryid::text, '') || '/' || ${level}`;
}

export const thisDatabase =
  'dbid = (SELECT oid FROM pg_database WHERE datname = current_database())';

/** Version 1.8 gave the times of execution names of their own. */
function countersSql(source: StatementSource): string {
  const time = source.columns.has('total_exec_time') ? '_exec_time' : '_time';
  return `
SELECT ${ownMark} ${keyOf(source)} AS key, queryid IS NULL AS hidden, calls::float8 AS calls,
  total${time} AS "totalMs", min${time} AS "minMs", max${time} AS "maxMs",
  calls * (stddev${time} * stddev${time} + mean${time} * mean${time}) AS "squaresMs",
  rows::float8 AS rows,
  (shared_blks_hit + local_blks_hit)::float8 AS "blocksHit",
  (shared_blks_read + local_blks_read)::float8 AS "blocksRead",
  temp_blks_written::float8 AS "temporaryBlocks"
FROM ${source.view}(false)
WHERE ${thisDatabase}`;
}

export function utc(moment: string): string {
  return `to_char(${moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

function momentSql({ info }: StatementSource): string {
  const told = info
    ? `dealloc::float8 AS evictions, ${utc('stats_reset')} AS "resetAt" FROM ${info}`
    : 'NULL AS evictions, NULL AS "resetAt"';
  return `SELECT ${ownMark} ${utc('clock_timestamp()')} AS at, ${told}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
