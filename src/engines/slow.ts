/** What a server has counted of one statement since its counters began. Times in milliseconds. */
export interface StatementCounters {
  /** Tells it from all others of this database: the role, the server's id of the statement. */
  readonly key: string;
  readonly calls: number;
  readonly totalMs: number;
  /** Of one call, since the counters of this statement began. */
  readonly minMs: number;
  readonly maxMs: number;
  /** Sum of the squares of all calls' times. */
  readonly squaresMs: number;
  readonly rows: number;
  readonly blocksHit: number;
  readonly blocksRead: number;
  readonly temporaryBlocks: number;
}

/** All counters at one moment. */
export interface CounterSample {
  /** By the server's clock, ISO 8601, UTC. */
  readonly at: string;
  /** When all counters were reset last, as `at`; null: the server does not say. */
  readonly resetAt: string | null;
  /** How often the server has thrown statements out for want of room; null: it does not say. */
  readonly evictions: number | null;
  readonly statements: readonly StatementCounters[];
  /** Of roles whose statements this role may not see. */
  readonly hidden: HiddenCounters;
}

export interface HiddenCounters {
  readonly statements: number;
  readonly calls: number;
  readonly totalMs: number;
}

/** What was observed of a statement in a period, as far as advice depends on it. */
export interface Observed {
  readonly periodMs: number;
  readonly calls: number;
  readonly meanMs: number;
  /** Its part of the time of all statements, 0 to 1. */
  readonly share: number;
  readonly rows: number;
  readonly blocksHit: number;
  readonly blocksRead: number;
  readonly temporaryBlocks: number;
}

/** One step of a plan, without any value of the statement. */
export interface PlanNode {
  /** `Seq Scan`, `SCAN`: the server's own word. */
  readonly node: string;
  readonly relation: string | null;
  readonly index: string | null;
  /** As estimated; null where the engine does not estimate. */
  readonly rows: number | null;
  readonly cost: number | null;
  /** `Filter: (status = ?)`. */
  readonly details: readonly string[];
  readonly children: readonly PlanNode[];
}

/** What would make a statement faster. */
export interface Advice {
  /** Stable: `missing-index`. */
  readonly id: string;
  /** Why, with the numbers that were seen. */
  readonly reason: string;
  /** SQL that does it; null where no SQL does. */
  readonly sql: string | null;
}

export type Examined = Planned | Unplanned;

export interface Planned {
  readonly plan: PlanNode;
  readonly noPlan: null;
  readonly advice: readonly Advice[];
}

/** A statement that has no plan, and why. */
export interface Unplanned {
  readonly plan: null;
  readonly noPlan: NoPlan;
  readonly advice: readonly Advice[];
}

export interface NoPlan {
  readonly reason: string;
  readonly hint: string | null;
}

/** A statement that was seen, or handed in. It is never run. */
export interface SeenStatement {
  /** The server's id of it; null where it has none. */
  readonly id: string | null;
  readonly role: string | null;
  /** Without any value: literals stand as `?`. */
  readonly text: string;
  /** Reads or changes rows: such a statement has a plan, and is held to the thresholds. */
  readonly readsRows: boolean;
  /** Its plan without running it, and advice. Throws only where the connection is lost. */
  examine(observed: Observed | null): Promise<Examined>;
}

/** One look at what runs. */
export interface SessionLook {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly running: readonly RunningStatement[];
  /** Sessions that this role may not look into. */
  readonly hidden: number;
}

export interface RunningStatement {
  readonly pid: number;
  /** Tells one run of a statement from the next in the same session. */
  readonly run: string;
  /** The same for all runs of one statement by one role. */
  readonly key: string;
  /** Milliseconds so far. */
  readonly elapsedMs: number;
  /** `Lock: transactionid`; null: it works. */
  readonly waitsFor: string | null;
  readonly statement: SeenStatement;
  readonly blockedBy: readonly Blocker[];
}

/** Who keeps a statement waiting. */
export interface Blocker {
  /** 0: a prepared transaction, which has no process. */
  readonly pid: number;
  readonly role: string | null;
  readonly application: string | null;
  readonly state: string | null;
  /** Without values; what it runs, or ran last. */
  readonly text: string | null;
  /** Milliseconds that its transaction is open. */
  readonly transactionMs: number | null;
}

/** The counters that a server keeps, and what can be seen without them. */
export interface StatementWatch {
  /** Null: there are counters to be read; else why not, and what would change that. */
  readonly missing: NoPlan | null;
  /** What to know about the counters: notes with what mends them. */
  readonly notes: readonly WatchNote[];
  /** The grant by which this role would see the statements of others. */
  readonly grantToSeeAll: string;
  counters(): Promise<CounterSample>;
  /** The statements of some counters, in any order; what is gone meanwhile is left out. */
  statements(keys: readonly string[]): Promise<ReadonlyMap<string, SeenStatement>>;
  sessions(): Promise<SessionLook>;
}

export interface WatchNote {
  readonly code: string;
  readonly message: string;
  readonly sql: string | null;
}

export interface SlowOptions {
  /** Functions that say they change nothing may be run by planning. */
  readonly trustFunctions: boolean;
}

/** What an engine knows of slow statements. */
export interface SlowStatements {
  /** Null: the engine keeps no statistics of statements, and has no server to look at. */
  readonly watch: (() => Promise<StatementWatch>) | null;
  /** A statement that the user hands in. */
  handedIn(text: string): SeenStatement;
}

/** Reads or changes rows, and has a plan; by the head of the statement. */
export function readsRows(head: string): boolean {
  return /^(SELECT|INSERT|UPDATE|DELETE|MERGE|REPLACE|VALUES|WITH|TABLE)\b/.test(head);
}
