import type { Advice, NoPlan, PlanNode, WatchNote } from '../../engines/slow.ts';

/** What `health slow` found: plain data. Times in milliseconds. */
export interface SlowResult {
  /** `statistics`: the server's counters; `sessions`: looks at what ran; `statements`: handed in. */
  readonly source: 'statistics' | 'sessions' | 'statements';
  /** Why it is not from the counters, and what would change that; null: it is, or was not asked. */
  readonly noStatistics: NoPlan | null;
  readonly period: Period | null;
  readonly by: Order;
  readonly thresholds: Thresholds;
  /** All statements of the period, those not listed too; null: of `statements`. */
  readonly total: Total | null;
  /** The worst first. */
  readonly statements: readonly SlowStatement[];
  readonly blocked: readonly Blocked[];
  /** What could not be seen; null: all was. */
  readonly unseen: Unseen | null;
  readonly notes: readonly WatchNote[];
  /** How many of those listed are beyond the thresholds, or of those handed in have advice. */
  readonly beyond: number;
}

export type Order = 'total' | 'mean' | 'calls' | 'rows' | 'temp' | 'reads';

export interface Period {
  /** ISO 8601, UTC; null: the server does not say. */
  readonly from: string | null;
  readonly to: string;
  readonly ms: number;
  /** Looks at the sessions; null: of `statistics`. */
  readonly looks: number | null;
}

export interface Thresholds {
  readonly meanMs: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

export interface Total {
  readonly statements: number;
  readonly calls: number;
  readonly totalMs: number;
}

export interface SlowStatement {
  readonly id: string | null;
  readonly role: string | null;
  /** Without any value. */
  readonly text: string;
  readonly counted: Counted | null;
  readonly sampled: Sampled | null;
  /** Beyond the thresholds, for certain. */
  readonly beyond: boolean;
  readonly plan: PlanNode | null;
  readonly noPlan: NoPlan | null;
  readonly advice: readonly Advice[];
}

/** From the server's counters. */
export interface Counted {
  readonly calls: number;
  readonly totalMs: number;
  /** Its part of the time of all statements, 0 to 1. */
  readonly share: number;
  readonly meanMs: number;
  /** Null: too little of it in the period to tell. */
  readonly stddevMs: number | null;
  /** Since the counters of this statement began, so of the period at most. */
  readonly maxMs: number;
  readonly rows: number;
  readonly blocksHit: number;
  readonly blocksRead: number;
  readonly temporaryBlocks: number;
  readonly p95: Percentile;
  readonly p99: Percentile;
}

/** A percentile of which the server keeps no record: what it must be, and what it may be. */
export interface Percentile {
  /** Mean and two standard deviations (2.33 for P99), at most `maxMs`: a guess. */
  readonly estimateMs: number | null;
  /** What follows from mean, deviation, least and most: for certain. */
  readonly atLeastMs: number;
  readonly atMostMs: number;
  /** Whether it is below its threshold; `unknown` where that does not follow. */
  readonly verdict: 'met' | 'missed' | 'unknown';
}

/** From looks at the sessions: quick statements run between two looks. */
export interface Sampled {
  /** Runs that were seen. */
  readonly runs: number;
  /** Looks that saw it, over all sessions. */
  readonly seen: number;
  /** The longest was at least that long. */
  readonly longestMs: number;
  /** What it waited for, the most frequent first. */
  readonly waits: readonly { readonly event: string; readonly seen: number }[];
}

/** A statement that waited for a lock, and for whom. */
export interface Blocked {
  readonly pid: number;
  readonly role: string | null;
  readonly text: string;
  /** How long it had run when it was last seen waiting. */
  readonly elapsedMs: number;
  readonly by: readonly Blocking[];
}

export interface Blocking {
  /** 0: a prepared transaction, which has no process. */
  readonly pid: number;
  readonly role: string | null;
  readonly application: string | null;
  readonly state: string | null;
  readonly text: string | null;
  readonly transactionMs: number | null;
}

export interface Unseen {
  /** Statements, or sessions, of other roles. */
  readonly number: number;
  /** Of `statistics`, else null. */
  readonly calls: number | null;
  readonly totalMs: number | null;
  /** The grant that would let this role see them. */
  readonly grant: string;
}
