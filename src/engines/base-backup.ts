import type { Compression, Content, Progress, Stage } from './backing-up.ts';
import type { LedgerRow } from './migrating.ts';
import type { RecoverySettings } from './recovering.ts';
import type { Schema } from './schema.ts';

/** A named place in the log at which a server can be recovered, and what was there. */
export interface RestorePoint {
  readonly name: string;
  /** Where its record ends, as `pg_create_restore_point` answers: `0/3000148`. */
  readonly lsn: string;
  /** Name of the database that the fingerprints are of. */
  readonly database: string;
  /** The server's words for the moment, `xmin:xmax:xids`; none of `inProgress` is part of it. */
  readonly snapshot: string;
  /** Transactions that were known not to have ended: nothing that they wrote is there. */
  readonly inProgress: readonly string[];
  /** Of the database, at exactly that point. */
  readonly content: Content;
  readonly schema: Schema;
  readonly ledger: readonly LedgerRow[] | null;
}

/** What an engine says of a backup of a whole cluster that it has taken. */
export interface TakenBaseBackup {
  readonly serverVersion: string;
  /** Programs that took it beside jem-db, each with its version. */
  readonly tools: Readonly<Record<string, string>>;
  /** What tells the cluster from every other: its system identifier, in decimal. */
  readonly cluster: string;
  /** Id of the backup that it builds on; null: it is whole in itself. */
  readonly parent: string | null;
  /** Null: none was made; `withoutPoint` says why. */
  readonly restorePoint: RestorePoint | null;
  /** Null where there is a restore point. */
  readonly withoutPoint: string | null;
  /** What the engine itself needs to restore it, as JSON: places in the log, tablespaces … */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The backup that an incremental one builds on. */
export interface BaseParent {
  readonly id: string;
  readonly serverVersion: string;
  readonly facts: Readonly<Record<string, unknown>>;
  /** The plain bytes of one of its files. Fails with `backup-corrupt`. */
  open(path: string): AsyncIterable<Buffer>;
}

export interface BaseBackupOptions {
  /** Of the backup in the making. */
  readonly id: string;
  /**
   * The backup to build on, of those of a cluster; null: none, and it is whole in itself. Where one
   * is asked for, the server must be fit for incremental ones even if there is none.
   */
  readonly parentOf: ((cluster: string) => Promise<BaseParent | null>) | null;
  /** The most that is read in a second, in kB (1024 bytes); null: as much as goes. */
  readonly rate: number | null;
  /** Whether to make a restore point with fingerprints at its end. */
  readonly fingerprints: boolean;
  readonly ledgerTable: string;
  readonly jobs: number;
  /** Null: the engine's own choice. */
  readonly compression: Compression | null;
  readonly stage: Pick<Stage, 'put'>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly warn: (warning: { readonly code: string; readonly message: string }) => void;
}

export interface BaseRestoreOptions {
  readonly folder: string;
  /** The reader agreed to lose what the folder holds. */
  readonly clean: boolean;
  /** Where tablespaces go instead of where they were. */
  readonly mappings: ReadonlyMap<string, string>;
  /** How it is to recover when it is started; null: to the end of the backup. */
  readonly recovery: RecoverySettings | null;
  /** Folder of the server's programs where the user names one, else null. */
  readonly binaries: string | null;
  /** Of the process: where programs are looked for. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}
