import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JemError, type ErrorCode } from '../../../errors.ts';
import type { Progress } from '../../backing-up.ts';
import type { ScratchRecovery } from '../../recovering.ts';
import { type FeedOptions, openFeed } from './feed.ts';
import { recoveryLines } from './settings.ts';

/** A throwaway server that recovers as it starts. */
export interface Replaying extends AsyncDisposable {
  /** To be told all that the server writes. */
  readonly onLog: (text: string) => void;
  readonly log: () => string;
  /** Why it ended, from its last words. */
  failed(words: string): unknown;
}

export interface ReplayOptions extends Omit<FeedOptions, 'fetch' | 'onFile'> {
  readonly onProgress: (progress: Progress) => void;
}

/** Damage of the archive is a verdict on it; what else keeps us from reading is an error. */
const damages: readonly ErrorCode[] = ['wal-corrupt', 'wal-conflict'];

/**
 * Makes the server in `folder` recover when it is started. It promotes at the target, rather than
 * to pause there: what it replayed stays known, nobody else writes, and pages can be looked at then.
 */
export async function beginReplay(
  recovery: ScratchRecovery,
  options: ReplayOptions,
): Promise<Replaying> {
  const { folder, onProgress } = options;
  const { fetch } = recovery;
  const onFile = (file: string): void =>
    onProgress({ done: 0, total: 0, what: `replaying ${file}` });
  const feed = await openFeed({ ...options, fetch, onFile });
  const lines = [
    ...recoveryLines(recovery, feed.restoreCommand),
    ...["recovery_target_action = 'promote'", "log_timezone = 'UTC'", "timezone = 'UTC'"],
  ];
  await appendFile(join(folder, 'data/postgresql.conf'), `${lines.join('\n')}\n`);
  await writeFile(join(folder, 'data/recovery.signal'), '', { mode: 0o600 });
  let told = '';
  return {
    onLog: (text) => {
      // One line a segment says only that it came.
      told += text.replaceAll(/^.*restored log file .*\n/gm, '');
    },
    log: () => told,
    failed(words) {
      const failure = feed.failure();
      const isDamage = failure instanceof JemError && damages.includes(failure.code);
      if (failure !== null && !isDamage) return failure;
      return new JemError('restore-failed', 'The recovery failed', {
        why: isDamage ? failure.message : `The server said: ${words}`,
        hint: 'Recover to an earlier target, or take a new base backup: what is damaged stays so.',
      });
    },
    [Symbol.asyncDispose]: () => feed[Symbol.asyncDispose](),
  };
}
