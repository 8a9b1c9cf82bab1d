import type { RestoreCheck } from '../../backing-up.ts';
import type { Recovered, ScratchRecovery } from '../../recovering.ts';
import { firstRows } from '../first-rows.ts';
import type { PostgresSession } from '../session.ts';
import { stopCheck } from './stop.ts';

export interface Measured {
  readonly unpackMs: number;
  readonly replayMs: number;
  readonly log: string;
}

const endSql = `
SELECT pg_catalog.pg_last_wal_replay_lsn()::text AS lsn,
  to_char(pg_catalog.pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at`;

/** What a recovery that has ended came to. `connect`: to the server, as one who may see all. */
export async function recoveredOf(
  connect: () => Promise<PostgresSession>,
  recovery: ScratchRecovery,
  { unpackMs, replayMs, log }: Measured,
): Promise<Recovered> {
  await using session = await connect();
  const { lsn, at } = await firstRows(session, endSql);
  const ended = { lsn: String(lsn), lastTransactionAt: typeof at === 'string' ? at : null };
  return {
    ...{ ...ended, unpackMs, replayMs },
    stop: stopCheck(recovery, { ...ended, log }),
    open: async ({ snapshot, inProgress }) => {
      await using again = await connect();
      return await openCheck(again, snapshot, inProgress);
    },
  };
}

/** A number that no record of the log has told of is still to come here. */
const committedSql = `
SELECT coalesce(pg_catalog.string_agg(xid, ', ' ORDER BY xid), '') AS committed
FROM pg_catalog.unnest($1::text[]) one(xid)
WHERE CASE WHEN xid::xid8 < pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())
  THEN pg_catalog.pg_xact_status(xid::xid8) = 'committed' ELSE false END`;

async function openCheck(
  session: PostgresSession,
  snapshot: string,
  inProgress: readonly string[],
): Promise<RestoreCheck> {
  const id = 'in progress';
  const xids = inProgress.map((xid) => withEpoch(BigInt(xid), snapshot));
  const [row] = await session.query(committedSql, [`{${xids.join(',')}}`]);
  const committed = String(row?.['committed']);
  const ok = committed === '';
  const well = `none of the ${xids.length} transactions that had not ended there is committed`;
  return { id, ok, detail: ok ? well : `committed, though they had not ended: ${committed}` };
}

const wrap = 2n ** 32n;

/** A backend tells the lower half of its number alone: it is one near those of the snapshot. */
function withEpoch(xid: bigint, snapshot: string): bigint {
  const next = BigInt(snapshot.split(':')[1] ?? '0');
  if (xid >= wrap || next < wrap) return xid;
  const near = (next / wrap) * wrap + xid;
  return near > next + wrap / 2n ? near - wrap : near;
}
