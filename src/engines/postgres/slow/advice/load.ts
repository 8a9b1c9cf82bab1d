import type { Advice } from '../../../slow.ts';
import { identifier } from '../../quoting.ts';
import { about, type Surroundings } from './seen-plan.ts';

const megabyte = 1024 * 1024;
/** Per call; less costs next to nothing. */
const leastTemporary = megabyte;
/** Beyond that a role's every sort might take too much: it is for the one statement. */
const mostForRole = 64;
/** Megabytes; a statement that needs more is to be asked to do less. */
const mostWorkMem = 1024;

/** Sorts and hashes that did not fit into work_mem. */
export function temporaryFiles(around: Surroundings): Advice[] {
  const { observed, role, database, workMemBytes } = around;
  const perCall = (observed.temporaryBlocks * around.blockBytes) / observed.calls;
  if (!(perCall >= leastTemporary)) return [];
  const needed = Math.ceil(((perCall / megabyte) * 2 + workMemBytes / megabyte) * 1.1);
  const megabytes = Math.min(2 ** Math.ceil(Math.log2(needed)), mostWorkMem);
  if (megabytes * megabyte <= workMemBytes) return [];
  const forRole = role !== null && megabytes <= mostForRole;
  return [
    {
      id: 'temporary-files',
      reason: `each call writes ${about(perCall / megabyte)} MB to temporary files, where work_mem is ${Math.round(workMemBytes / megabyte)} MB; ${megabytes} MB may be taken by every sort and hash of ${forRole ? 'the role' : 'this statement'}`,
      sql: forRole
        ? `ALTER ROLE ${identifier(role)} IN DATABASE ${identifier(database)} SET work_mem = '${megabytes}MB';`
        : `BEGIN; SET LOCAL work_mem = '${megabytes}MB'; /* the statement */ COMMIT;`,
    },
  ];
}

/** Blocks; some 8 MB. */
const manyReads = 1000;
const goodHits = 0.9;

/** Much read from outside of shared_buffers: from the system's cache, or from the disk. */
export function lowCacheHit({ observed, blockBytes }: Surroundings): Advice[] {
  const { blocksRead, blocksHit } = observed;
  const hits = blocksHit / Math.max(blocksHit + blocksRead, 1);
  if (blocksRead < manyReads || hits >= goodHits) return [];
  return [
    {
      id: 'low-cache-hit',
      reason: `${Math.round((1 - hits) * 100)} % of its blocks were not in shared_buffers (${about((blocksRead * blockBytes) / megabyte)} MB read): it reads much, or shared_buffers is small`,
      sql: null,
    },
  ];
}

const callsPerSecond = 100;
const leastCalls = 500;
const leastShare = 0.1;
/** Milliseconds. */
const short = 5;

/** The same short look-up over and over: a loop in the application, where one statement would do. */
export function manyCalls({ observed, reads }: Surroundings): Advice[] {
  const { calls, periodMs, meanMs, rows, share } = observed;
  const rate = periodMs > 0 ? calls / (periodMs / 1000) : 0;
  const busy = calls >= leastCalls && rate >= callsPerSecond && share >= leastShare;
  if (!reads || !busy || meanMs > short || rows / calls > 2) return [];
  return [
    {
      id: 'many-calls',
      reason: `${about(rate)} calls a second with ${(rows / calls).toFixed(1)} rows each, ${Math.round(share * 100)} % of all time: if a loop asks for one row at a time, ask for all at once (= ANY($1), or a join)`,
      sql: null,
    },
  ];
}
