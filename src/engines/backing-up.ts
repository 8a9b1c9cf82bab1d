import type { Readable } from 'node:stream';
import type { LedgerRow } from './migrating.ts';
import type { Schema } from './schema.ts';

/** What one relation held in a snapshot. */
export interface TableContent {
  /** The engine's own word: `table`, `partition`, `large objects`. */
  readonly type: string;
  /** Null where the engine has no schemas. */
  readonly schema: string | null;
  readonly name: string;
  readonly rows: number;
  /** 32 hexadecimal digits that do not depend on the order of rows; null: see `note`. */
  readonly hash: string | null;
  /** What the hash does not speak of, or why there is none; null where it is the plain case. */
  readonly note: string | null;
}

/** Sequences are outside of snapshots: writers may move them on while the backup is taken. */
export interface SequenceContent {
  readonly schema: string | null;
  readonly name: string;
  /** Null: never asked. */
  readonly lastValue: string | null;
  readonly increment: string;
}

/** What a database held in one snapshot. */
export interface Content {
  /** How the hashes were made, with a version: only hashes of one method compare. */
  readonly method: string;
  /** Sorted by schema and name. */
  readonly tables: readonly TableContent[];
  readonly sequences: readonly SequenceContent[];
  /** What a backup does not hold, deliberately, each with why. */
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  readonly type: string;
  readonly schema: string | null;
  readonly name: string;
  readonly why: string;
}

export interface ContentOptions {
  readonly ledgerTable: string;
  readonly signal: AbortSignal;
  /** The most sessions or threads to work with, from 1. */
  readonly jobs: number;
  readonly onProgress: (progress: Progress) => void;
}

/** How far a long work is: in bytes of the database, as far as they can be told beforehand. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** What is being done just now. */
  readonly what: string;
}

/** As pg_dump's `--compress` has it; `level` null: the method's own. */
export interface Compression {
  readonly method: 'none' | 'gzip' | 'zstd';
  readonly level: number | null;
}

/** Where an engine puts the files of a backup in the making. */
export interface Stage {
  /** Empty, private, and on the disk of the repository unless that is encrypted or far away. */
  readonly folder: string;
  /**
   * Takes a finished file of `folder` into the backup, under its path within the folder, and
   * removes it there. `plain`: the repository is to compress it; otherwise it is compressed, or
   * not worth it.
   */
  take(path: string, content: 'plain' | 'compressed'): Promise<void>;
  /** Takes a stream into the backup under a path, as `take` does a file. */
  put(path: string, bytes: AsyncIterable<Buffer>, content: 'plain' | 'compressed'): Promise<void>;
}

export interface BackupOptions extends ContentOptions {
  /** Folder of the server's programs where the user names one, else null. */
  readonly binaries: string | null;
  /** Null: the engine's own choice. */
  readonly compression: Compression | null;
  readonly stage: Stage;
}

/** What an engine says of a backup that it has taken, all of it from one snapshot. */
export interface TakenBackup {
  /** The server's name for the snapshot, or what stands for it. */
  readonly snapshot: string;
  readonly serverVersion: string;
  /** Programs and libraries that took it, each with its version. */
  readonly tools: Readonly<Record<string, string>>;
  readonly content: Content;
  readonly schema: Schema;
  /** The migrations that were applied; null where there is no ledger. */
  readonly ledger: readonly LedgerRow[] | null;
  /** What the engine itself needs to restore it, as JSON: encoding, roles, extensions … */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A published backup, as an engine restores it. Disposing removes what `folder` made. */
export interface RestoreSource extends AsyncDisposable {
  readonly serverVersion: string;
  readonly content: Content;
  readonly schema: Schema;
  readonly facts: Readonly<Record<string, unknown>>;
  /** Paths, as `Stage.take` was given them. */
  readonly files: readonly string[];
  /** The plain bytes of one file. The stream fails with `backup-corrupt`. */
  open(path: string): Readable;
  /**
   * A folder that holds all files under their paths, decrypted, compressed by nobody but the
   * engine: the backup's own where that is so, else a private one.
   */
  folder(): Promise<string>;
}

/** What stands where a backup is to be restored. */
export interface RestoreTarget {
  readonly exists: boolean;
  /** What would be destroyed, for the reader: `23 tables (1.2 GB)`; null where nothing would. */
  readonly holds: string | null;
}

export interface RestoreOptions {
  readonly signal: AbortSignal;
  readonly jobs: number;
  readonly binaries: string | null;
  readonly ledgerTable: string;
  readonly connectTimeout: number;
  /** The reader agreed to lose what the target holds. */
  readonly clean: boolean;
  /** All of it is to belong to the user who restores, with no grants; absent: as it was. */
  readonly noOwner?: boolean;
  /** Only these, as `name` or `schema.name`; null: everything. */
  readonly tables: readonly string[] | null;
  readonly onProgress: (progress: Progress) => void;
}

export interface Restored {
  /** How a failure would have left the target, for the reader: what way was taken. */
  readonly way: string;
  /** Milliseconds, from the first byte to a database that answers. */
  readonly restoreMs: number;
  readonly warnings: readonly string[];
}

/** What a look below SQL found. */
export interface RestoreCheck {
  readonly id: string;
  /** Null: could not be looked at; `detail` says why. */
  readonly ok: boolean | null;
  readonly detail: string;
}
