import type { Statement } from '../sql/statements.ts';
import type { Rehearsal, Schema } from './schema.ts';
import type { Row, SqlValue } from './values.ts';

export interface MigrationOptions {
  readonly signal: AbortSignal;
  /** Name of the ledger table; may carry a schema where the engine has schemas. */
  readonly ledgerTable: string;
  /** How to wait for another runner that keeps this one from even reading the database. */
  readonly wait?: RunnerWait;
}

/** One row of the ledger. */
export interface LedgerRow {
  readonly name: string;
  readonly checksum: string;
  /** ISO 8601, UTC. */
  readonly appliedAt: string;
  readonly durationMs: number;
  readonly toolVersion: string;
  readonly appliedBy: string;
  /**
   * Statements that were done of a file without a transaction that failed; null when whole.
   * Negative on its way down.
   */
  readonly statementsDone: number | null;
  /** The file may be gone: accepted by `migrate repair`. */
  readonly fileGone: boolean;
}

/** The texts kept with an applied migration; null where it was too large to keep. */
export interface LedgerTexts {
  readonly upSql: string | null;
  readonly downSql: string | null;
}

export interface NewLedgerRow extends LedgerTexts {
  readonly name: string;
  readonly checksum: string;
  readonly toolVersion: string;
  readonly statementsDone: number | null;
}

export type LedgerChange =
  | { readonly kind: 'insert'; readonly row: NewLedgerRow }
  | { readonly kind: 'delete'; readonly name: string };

/** SQL to run: the file's bytes, and where its statements stand in them. */
export interface Script {
  readonly bytes: Uint8Array;
  readonly statements: Iterable<Statement>;
}

/** A function of a JavaScript migration, given a way to run SQL inside the transaction. */
export type ScriptFunction = (database: MigrationDatabase) => Promise<void>;

/** What a JavaScript migration's `up` and `down` are handed. */
export interface MigrationDatabase {
  /** `sqlite` or `postgres`. */
  readonly engine: string;
  readonly signal: AbortSignal;
  query(sql: string, parameters?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Runs a text of several statements. */
  execute(sql: string): Promise<void>;
}

export interface Step {
  /** One change of the ledger, committed with the script. */
  readonly change: LedgerChange;
  readonly script: Script | ScriptFunction;
  /** How long a statement may wait for a lock, in milliseconds. */
  readonly lockTimeout: number;
}

export interface GroupResult {
  readonly outcome: 'done' | 'done-by-another';
  readonly durationMs: number;
}

export interface GroupOutcome {
  /** Of the first steps, in order; all committed. */
  readonly results: readonly GroupResult[];
  /** What the step behind them threw, as `apply` would; null: none failed, go on behind them. */
  readonly failure: unknown;
}

export interface UnwrappedStep extends Omit<Step, 'script'> {
  readonly script: Script;
  /** Statements of the script that an earlier try has done already. */
  readonly done: number;
}

/** Who holds what we wait for. */
export interface Blocker {
  readonly description: string;
}

/** A statement of a script failed; `migrate` turns it into file, line and column. */
export class StatementFailure extends Error {
  override readonly name = 'StatementFailure';
  /** 0-based; equal to the number of statements when the commit failed. */
  readonly statement: number;
  /** Byte offset in the script where the engine knows it, else that of the statement. */
  readonly offset: number | null;
  readonly reason: unknown;
  /** What this statement leaves behind outside a transaction, with how to clean it up. */
  readonly leftBehind: string | null;

  constructor(at: {
    statement: number;
    offset: number | null;
    reason: unknown;
    leftBehind?: string | null;
  }) {
    super('statement failed', { cause: at.reason });
    this.statement = at.statement;
    this.offset = at.offset;
    this.reason = at.reason;
    this.leftBehind = at.leftBehind ?? null;
  }
}

export interface MigrationSession {
  /** The ledger's rows by time applied, then name; null where there is no ledger. Creates nothing. */
  read(): Promise<readonly LedgerRow[] | null>;
  texts(name: string): Promise<LedgerTexts>;
  /** Refuses a standby, and finds out a pooler: call before anything is changed. */
  prepare(): Promise<void>;
  /**
   * Runs `body` while no other runner can, as far as one lock reaches over transactions
   * (`supports.sessionLock`, no pooler between); `apply` guards the rest. Creates the ledger,
   * which `apply` does too where somebody else writes just now.
   */
  exclusively<T>(wait: RunnerWait, body: () => Promise<T>): Promise<T>;
  /**
   * One transaction: the script and the ledger's change, or nothing. Looks inside that
   * transaction whether another runner was quicker. Throws `StatementFailure`.
   */
  apply(step: Step): Promise<'done' | 'done-by-another'>;
  /**
   * Where single steps cost more than what they do: the first few of these, as many as the engine
   * likes, at one go. The one that fails is rolled back alone, what came before it committed, and
   * what comes behind it not run. Throws where nothing at all was done. `onStep` is told the index
   * of each step when it begins, where the engine knows.
   */
  applyGroup?(steps: readonly Step[], onStep?: (index: number) => void): Promise<GroupOutcome>;
  /** Statement by statement, outside any transaction; progress goes to the ledger. */
  applyUnwrapped(step: UnwrappedStep): Promise<'done' | 'done-by-another'>;
  /**
   * Runs steps for real in one transaction, watches each statement, and rolls everything back,
   * ledger and all. Looks at the schema before and after in that transaction.
   */
  rehearse(steps: readonly Step[]): Promise<Rehearsal>;
  /**
   * Records the schema beside the ledger, so that it can be compared without a replay. Throws
   * where it could not: what was recorded before is then told by the state of the ledger.
   */
  recordSchema?(): Promise<void>;
  /** The recorded schema; null where there is none, or the ledger was changed since. */
  recordedSchema?(): Promise<RecordedSchema | null>;
  /** Ledger changes alone, in one transaction. */
  record(changes: readonly LedgerChange[]): Promise<void>;
  /** Accepts a changed or vanished file: `checksum` null keeps the old one. */
  accept(name: string, accepted: AcceptedFile): Promise<void>;
  /** Reads another tool's ledger; null where that table is not there. */
  foreignRows(table: string): Promise<readonly Row[] | null>;
}

export interface RecordedSchema {
  readonly schema: Schema;
  /** ISO 8601, UTC. */
  readonly recordedAt: string;
}

export interface AcceptedFile extends LedgerTexts {
  /** The new name of a file that was renamed. */
  readonly name?: string;
  readonly checksum: string;
  readonly fileGone: boolean;
}

export interface RunnerWait {
  readonly timeout: number;
  readonly onWait: (holder: Blocker | null, waitedMs: number) => void;
}
