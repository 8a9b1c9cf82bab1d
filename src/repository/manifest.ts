import type { RestoreCheck, TakenBackup } from '../engines/backing-up.ts';
import type { TakenBaseBackup } from '../engines/base-backup.ts';

interface AnyContent {
  readonly engine: string;
  /** The database for the reader, without secrets; of a base backup, the one that was asked. */
  readonly database: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly jemDbVersion: string;
}

/** Rows and schema of one database, in one snapshot. */
export interface LogicalContent extends AnyContent, TakenBackup {
  readonly kind: 'logical';
}

/** The files of a whole cluster. */
export interface BaseContent extends AnyContent, TakenBaseBackup {
  readonly kind: 'base';
}

/** What is known of a backup before it is published. */
export type ManifestContent = LogicalContent | BaseContent;

/** One file of a backup. */
export interface ManifestFile {
  /** Path within the backup, with slashes. */
  readonly path: string;
  /** Path of what it holds, as the engine named it. */
  readonly content: string;
  /** Before compression and encryption by the repository. */
  readonly bytes: number;
  readonly storedBytes: number;
  /** Of the stored bytes, hexadecimal. */
  readonly sha256: string;
  /** By the repository; the engine may have compressed it before. */
  readonly compression: 'none' | 'gzip' | 'zstd';
}

/** What the repository adds. */
interface Stored {
  readonly format: 'jem-db-backup/1';
  readonly id: string;
  readonly files: readonly ManifestFile[];
  /** Null where nothing is encrypted; otherwise the cipher, and what tells one key from another. */
  readonly encryption: { readonly cipher: 'aes-256-gcm'; readonly keyId: string } | null;
}

export type LogicalManifest = LogicalContent & Stored;
export type BaseManifest = BaseContent & Stored;

/** The manifest of a backup; its JSON Schema is `schemas/manifest.schema.json`. */
export type Manifest = LogicalManifest | BaseManifest;

/** The verdict of one restore-verify, with its evidence. */
export interface Proof {
  readonly format: 'jem-db-proof/1';
  readonly backup: string;
  readonly verified: boolean;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly jemDbVersion: string;
  /** Where it was restored, for the reader, and what that does not prove. */
  readonly restoredInto: string;
  readonly limits: readonly string[];
  readonly serverVersion: string;
  readonly restoreMs: number;
  readonly checks: readonly RestoreCheck[];
  readonly tables: readonly ProofTable[];
  /** With the archived log; null or absent: to the backup's own end. */
  readonly recovery?: RecoveryProof | null;
}

/** A recovery that was proved. */
export interface RecoveryProof {
  readonly to: 'time' | 'lsn' | 'name' | 'latest';
  /** ISO 8601 in UTC, `16/B374D848`, a name; null for `latest`. */
  readonly target: string | null;
  /** Whether what is exactly there was to be replayed. */
  readonly inclusive: boolean;
  readonly timeline: number;
  /** Where what was replayed ends. */
  readonly lsn: string;
  /** Of what was replayed: ISO 8601, UTC; null: no transaction was. */
  readonly lastTransactionAt: string | null;
  /** Milliseconds; together they are `restoreMs`. */
  readonly unpackMs: number;
  readonly replayMs: number;
  /** What the archive could be recovered to then. */
  readonly newest: { readonly lsn: string; readonly at: string | null };
}

export interface ProofTable {
  readonly schema: string | null;
  readonly name: string;
  readonly match: boolean;
  readonly expected: { readonly rows: number; readonly hash: string | null } | null;
  readonly actual: { readonly rows: number; readonly hash: string | null } | null;
}
