import type { WalEvent } from '../../engines/archiving.ts';
import type { RecoveryTarget } from '../../engines/recovering.ts';
import { lsnText, parseLsn } from '../../wal-names.ts';
import type { BaseBackup, RecoveryWindow } from '../wal/windows.ts';
import {
  type ArchivedLog,
  type Line,
  lineOf,
  readEnd,
  type ReadOptions,
  readStretch,
} from './archived-log.ts';
import { momentText, parseMoment } from './moment.ts';

/** A place of the log, and when the last transaction before it ended: ISO 8601; null: unknown. */
export interface Place {
  readonly lsn: string;
  readonly at: string | null;
}

/** What a base backup and the archive can be recovered to along one timeline. */
export interface Reach {
  readonly base: BaseBackup;
  readonly window: RecoveryWindow;
  readonly earliest: Place;
  /** `lsn`: where the last record begins that is archived. */
  readonly newest: Place;
}

/** Whether a target lies within the reach; `early`: an older backup may lead there. */
export type Verdict =
  | { readonly kind: 'there' }
  | { readonly kind: 'early' | 'late' | 'missing'; readonly why: string };

export interface Judged {
  readonly reach: Reach;
  readonly verdict: Verdict;
}

export interface JudgeOptions extends ReadOptions {
  readonly target: RecoveryTarget;
  /** When the backup began, by the clock of who took it: ISO 8601, UTC. */
  readonly startedAt: string;
}

/**
 * Looks from the archive alone whether a recovery would stop at its target. A server stops at the
 * first end of a transaction behind a time, or at the first record from a place on: where there is
 * none it fails, after hours of replaying. Times are read at both ends of the window only; where
 * the server's clock was set back in between, it stops at the first that is later.
 */
export async function judge(
  log: ArchivedLog,
  base: BaseBackup,
  window: RecoveryWindow,
  { target, startedAt, ...options }: JudgeOptions,
): Promise<Judged> {
  const line = lineOf(log, window);
  const numberOf = (lsn: bigint): number => Number(lsn / BigInt(log.segmentBytes));
  const from = numberOf(base.startLsn);
  const end = await readEnd(log, line, { from, to: line.last }, options);
  const before = await readEnd(log, line, { from, to: numberOf(base.stopLsn - 1n) }, options);
  const last = end.lastRecord !== null && end.lastRecord >= base.stopLsn ? end.lastRecord : null;
  const earlier = before.events.filter(({ lsn }) => lsn < base.stopLsn);
  const reach: Reach = {
    ...{ base, window },
    // Where nothing ended during the backup it is of no moment before its beginning.
    earliest: { lsn: lsnText(base.stopLsn), at: lastMoment(earlier) ?? startedAt },
    newest: { lsn: lsnText(last ?? base.stopLsn), at: lastMoment(end.events) },
  };
  const verdict = await verdictOn(target, {
    reach,
    log,
    line,
    from,
    last,
    options,
    end: end.events,
    earlier,
  });
  return { reach, verdict };
}

interface Seen {
  readonly reach: Reach;
  readonly log: ArchivedLog;
  readonly line: Line;
  readonly from: number;
  /** Null: nothing behind the backup is archived. */
  readonly last: bigint | null;
  readonly end: readonly WalEvent[];
  readonly earlier: readonly WalEvent[];
  readonly options: ReadOptions;
}

function verdictOn({ kind, value, inclusive }: RecoveryTarget, seen: Seen): Promise<Verdict> {
  const text = value ?? '';
  const verdicts: Readonly<Record<typeof kind, () => Promise<Verdict> | Verdict>> = {
    latest: () => latestVerdict(seen),
    lsn: () => lsnVerdict(parseLsn(text) ?? 0n, seen),
    time: () => timeVerdict(parseMoment(text) ?? 0n, inclusive, seen),
    name: () => nameVerdict(text, seen),
  };
  return Promise.resolve(verdicts[kind]());
}

const there: Verdict = { kind: 'there' };

function latestVerdict({ reach }: Seen): Verdict {
  const { missing, to } = reach.window;
  if (missing === null) return there;
  return {
    kind: 'missing',
    why: `Segment ${missing} is missing: recovery would end before it, at ${to}, while later ones are archived.`,
  };
}

function lsnVerdict(at: bigint, { reach, last }: Seen): Verdict {
  if (at < reach.base.stopLsn)
    return {
      kind: 'early',
      why: `Backup ${reach.base.id} is consistent from ${reach.earliest.lsn} on.`,
    };
  if (last !== null && last >= at) return there;
  return late(reach, `The last record that is archived begins at ${reach.newest.lsn}.`);
}

function timeVerdict(at: bigint, inclusive: boolean, { reach, earlier, end }: Seen): Verdict {
  const stops = (event: WalEvent): boolean =>
    event.kind === 'transaction' && (inclusive ? event.at > at : event.at >= at);
  const begin = parseMoment(reach.earliest.at ?? '');
  if (earlier.some(stops) || (begin !== null && at < begin))
    return {
      kind: 'early',
      why: `Backup ${reach.base.id} holds what was there at ${reach.earliest.at}.`,
    };
  if (end.some((event) => stops(event) && event.lsn >= reach.base.stopLsn)) return there;
  return late(
    reach,
    `The last transaction that is archived ended at ${reach.newest.at ?? 'no known time'}: a server looks for one behind the target, and fails without.`,
  );
}

async function nameVerdict(name: string, seen: Seen): Promise<Verdict> {
  const { reach, log, line, from, options } = seen;
  const isIt = (event: WalEvent): boolean => event.kind === 'restore point' && event.name === name;
  const whole = { from, to: line.last };
  const { events } = await readStretch(log, line, whole, { ...options, enough: isIt });
  const found = events.find(isIt);
  if (found && found.lsn >= reach.base.stopLsn) return there;
  const place = found
    ? `it lies before the end of backup ${reach.base.id}`
    : 'there is none of that name behind it';
  return found || reach.window.missing === null
    ? { kind: 'early', why: `Read from ${reach.base.id} on: ${place}.` }
    : late(reach, `There is none of that name before it.`);
}

function late({ window }: Reach, why: string): Verdict {
  return window.missing === null
    ? { kind: 'late', why }
    : { kind: 'missing', why: `Segment ${window.missing} is missing. ${why}` };
}

function lastMoment(events: readonly WalEvent[]): string | null {
  const last = events.findLast(({ kind }) => kind === 'transaction');
  return last ? momentText(last.at) : null;
}
