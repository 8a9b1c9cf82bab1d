import { setTimeout as pause } from 'node:timers/promises';
import type { Repository } from '../../repository/contract.ts';
import type { BaseManifest } from '../../repository/manifest.ts';
import { parseLsn, segmentNumber } from '../../wal-names.ts';
import { baseIn, type KnownBase } from '../wal/bases.ts';
import { recoveryWindows } from '../wal/windows.ts';
import {
  type ArchivedLog,
  lineOf,
  openLog,
  type ReadOptions,
  readStretch,
} from './archived-log.ts';

/** Milliseconds between two looks at the archive. */
const look = 250;

export interface AwaitOptions extends ReadOptions {
  /** Milliseconds without anything new in the archive after which it is given up. */
  readonly timeout: number;
}

/**
 * Waits until a backup can be recovered to its own restore point: the server hands the last segment
 * over when the backup has ended, and its archiver may have others before it. False: the archive
 * has not brought it. Nothing is waited for where nobody archives there, or there is no such point.
 */
export async function untilPointArchived(
  repository: Repository,
  manifest: BaseManifest,
  { timeout, ...options }: AwaitOptions,
): Promise<boolean> {
  const base = baseIn(manifest);
  const { restorePoint, cluster } = manifest;
  const end = restorePoint && parseLsn(restorePoint.lsn);
  if (!base || !restorePoint || !end) return true;
  const point = { name: restorePoint.name, end };
  let seen: string | null = null;
  let changed = performance.now();
  for (;;) {
    options.signal.throwIfAborted();
    const log = await openLog(repository, cluster);
    if (log === null) return true;
    const state = leadingTo(log, base, point.end);
    if (state !== seen) {
      changed = performance.now();
      seen = state;
      if (await reaches(log, base, point, options)) return true;
    }
    if (performance.now() - changed >= timeout) return false;
    await pause(look, undefined, { signal: options.signal }).catch(() => {});
  }
}

/** What of the log up to there is archived: what comes behind it is no reason to wait longer. */
function leadingTo({ stored, segmentBytes }: ArchivedLog, base: KnownBase, end: bigint): string {
  const last = Number((end - 1n) / BigInt(segmentBytes));
  const leading = stored.filter(({ name }) => {
    const number = name.at && segmentNumber(name.at, segmentBytes);
    return number !== null && number <= last && name.timeline === base.timeline;
  });
  return leading.map(({ file }) => file).join('\n');
}

/** By whole segments; else a copy of the one that is being filled may have it. */
async function reaches(
  log: ArchivedLog,
  base: KnownBase,
  point: { readonly name: string; readonly end: bigint },
  options: ReadOptions,
): Promise<boolean> {
  const windows = recoveryWindows(log, [base]);
  const window = windows.find(({ timeline }) => timeline === base.timeline);
  if (!window) return false;
  if ((parseLsn(window.to) ?? 0n) >= point.end && window.lastSegment !== null) return true;
  const line = lineOf(log, window);
  const number = Number((point.end - 1n) / BigInt(log.segmentBytes));
  if (line.last !== number || line.segment(number) === null) return false;
  // Its record may begin in the segment before.
  const isIt = (event: { readonly name: string }): boolean => event.name === point.name;
  const where = { from: number - 1, to: number };
  return (await readStretch(log, line, where, { ...options, enough: isIt })).events.some(isIt);
}
