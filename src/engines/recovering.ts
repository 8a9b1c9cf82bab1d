import type { RestoreCheck } from './backing-up.ts';

/** Where a recovery is to stop. */
export interface RecoveryTarget {
  /** `latest`: at the end of what is archived. */
  readonly kind: 'time' | 'lsn' | 'name' | 'latest';
  /** ISO 8601 in UTC, a place of the log as `16/B374D848`, a name; null for `latest`. */
  readonly value: string | null;
  /** Whether what is exactly there is replayed as well; always so for names and `latest`. */
  readonly inclusive: boolean;
}

/** A target that was found to be in reach, with the timeline that it is on. */
export interface RecoveryAim {
  readonly target: RecoveryTarget;
  readonly timeline: number;
}

/** What a server does when it has reached its target. */
export type TargetAction = 'pause' | 'promote' | 'shutdown';

/** How a restored server is to recover when its owner starts it. */
export interface RecoverySettings extends RecoveryAim {
  /** Null for `latest`: there is no target at which to do something else than to go on. */
  readonly action: TargetAction | null;
  /** Program and arguments that bring a file of the log; `%f` and `%p` stand for themselves. */
  readonly command: readonly string[];
}

/** A recovery in a throwaway server. */
export interface ScratchRecovery extends RecoveryAim {
  /** Where the last record begins that is archived as yet. */
  readonly lastRecord: string;
  /** Writes a file of the log to a path, whole; false: the archive has none of that name. */
  readonly fetch: (file: string, path: string) => Promise<boolean>;
}

/** What a recovery has come to. */
export interface Recovered {
  /** Where what was replayed ends. */
  readonly lsn: string;
  /** When the last transaction that was replayed ended: ISO 8601, UTC; null: there was none. */
  readonly lastTransactionAt: string | null;
  /** Milliseconds: of the files, and of the log with the start of the server. */
  readonly unpackMs: number;
  readonly replayMs: number;
  /** Whether it stopped where it was told. */
  readonly stop: RestoreCheck;
  /** That none of the transactions that had not ended at a point is committed. */
  open(point: {
    readonly snapshot: string;
    readonly inProgress: readonly string[];
  }): Promise<RestoreCheck>;
}
