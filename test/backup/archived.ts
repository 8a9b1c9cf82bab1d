import { createHash } from 'node:crypto';
import type { Repository } from '../../src/repository/contract.ts';
import { lsnText, parseWalName } from '../../src/wal-names.ts';
import { baseContent } from '../repository/making.ts';
import { cluster, megabyte, nameOf, segment } from './wal/segments.ts';

export const systemIdentifier = String(cluster);

/** Stores a segment of timeline 1. */
export async function archive(
  repository: Repository,
  number: number,
  bytes = segment(number),
): Promise<void> {
  await repository.wal(systemIdentifier).put({
    name: parseWalName(nameOf(number))!,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    async *content() {
      yield bytes;
    },
  });
}

/** A base backup that starts in a segment and has just ended in the next. */
export async function base(repository: Repository, start: number): Promise<string> {
  await using draft = await repository.begin();
  const lsn = (number: number): string => lsnText(BigInt(Math.floor(number * megabyte)));
  const facts = {
    ...{ timeline: 1, segmentSize: megabyte },
    ...{ startLsn: lsn(start + 0.1), stopLsn: lsn(start + 1.1) },
  };
  const finishedAt = new Date().toISOString();
  const { id } = await draft.publish({ ...baseContent(systemIdentifier, facts), finishedAt });
  return id;
}
