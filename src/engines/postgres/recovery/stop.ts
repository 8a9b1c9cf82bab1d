import type { RestoreCheck } from '../../backing-up.ts';
import type { RecoveryTarget, ScratchRecovery } from '../../recovering.ts';
import { parseLsn } from '../../../wal-names.ts';

/** What a server has said and holds after its recovery. */
export interface Ended {
  /** Its log, in English, with times in UTC. */
  readonly log: string;
  /** Where what was replayed ends. */
  readonly lsn: string;
  /** ISO 8601, UTC, microseconds; null: no transaction was replayed. */
  readonly lastTransactionAt: string | null;
}

/** Whether a recovery stopped where it was told: by the server's words, and by what it replayed. */
export function stopCheck(
  { target, timeline, lastRecord }: Omit<ScratchRecovery, 'fetch'>,
  ended: Ended,
): RestoreCheck {
  const { log, lsn, lastTransactionAt } = ended;
  const words = /recovery stopping (.*)/.exec(log)?.[1] ?? null;
  const done = /redo done at ([0-9A-F]+\/[0-9A-F]+)/.exec(log)?.[1] ?? null;
  const trouble = troubleOf(target, { words, done, lastRecord, ended });
  const seen =
    words === null ? `no stop, and the last record at ${done}` : `recovery stopping ${words}`;
  const last =
    lastTransactionAt === null ? 'no transaction' : `the last transaction of ${lastTransactionAt}`;
  const there = `replayed to ${lsn} on timeline ${timeline}, with ${last}`;
  const detail = `the server said: ${seen}; ${there}`;
  return { id: 'target', ok: trouble === null, detail: trouble ? `${trouble}; ${detail}` : detail };
}

interface Seen {
  readonly words: string | null;
  readonly done: string | null;
  readonly lastRecord: string;
  readonly ended: Ended;
}

function troubleOf(target: RecoveryTarget, seen: Seen): string | null {
  const { words, done, lastRecord, ended } = seen;
  const value = target.value ?? '';
  if (target.kind === 'latest') {
    if (words !== null) return 'it stopped before the end';
    // What was archived meanwhile is replayed as well.
    return parsed(done) >= parsed(lastRecord) ? null : `the last archived record is ${lastRecord}`;
  }
  if (words === null) return 'it did not stop';
  if (target.kind === 'name')
    return words.startsWith(`at restore point "${value}"`) ? null : `it was to be "${value}"`;
  if (target.kind === 'lsn') {
    const at = parsed(/LSN\) "([0-9A-F]+\/[0-9A-F]+)"/.exec(words)?.[1] ?? null);
    const side = target.inclusive ? 'after' : 'before';
    const isThere = words.startsWith(side) && at >= parsed(value) && parsed(done) >= 0n;
    const replayed = parsed(ended.lsn);
    return isThere && (target.inclusive ? replayed > at : replayed <= at)
      ? null
      : `it was to stop ${side} ${value}`;
  }
  const last = ended.lastTransactionAt;
  const isEarly = last === null || (target.inclusive ? last <= value : last < value);
  return isEarly && words.startsWith('before ') ? null : `it was to stop at ${value}`;
}

function parsed(text: string | null): bigint {
  return (text === null ? null : parseLsn(text)) ?? -1n;
}
