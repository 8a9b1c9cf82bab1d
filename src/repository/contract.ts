import type { RestoreSource, Stage } from '../engines/backing-up.ts';
import type { WalName } from '../wal-names.ts';
import type { Manifest, ManifestContent, Proof } from './manifest.ts';

/**
 * Where backups live. A backup appears whole or not at all; every file is private to its owner.
 * Ids sort by time.
 */
export interface Repository {
  /** For the reader; never holds a credential. */
  readonly display: string;
  readonly encrypts: boolean;
  /** Makes room for a new backup. Creates the repository where it is not there. */
  begin(): Promise<Draft>;
  /** Published backups, oldest first; one whose manifest cannot be read is told with its damage. */
  list(): Promise<readonly ListedBackup[]>;
  /** Its manifest, checked. Throws `backup-missing`, `backup-corrupt`, `backup-key-wrong`. */
  manifest(id: string): Promise<Manifest>;
  /**
   * For restoring: its files, decrypted, each looked at before unless `check` has done so just now.
   * Throws as `manifest` does, `backup-key-missing`, and `backup-not-encrypted` where a key is given
   * all the same.
   */
  source(id: string, files?: 'unchecked' | 'checked'): Promise<RestoreSource>;
  /**
   * The plain bytes of one file, without a look at the others. Throws as `source` does; reading
   * fails with `backup-corrupt` where they are not what was stored.
   */
  file(id: string, path: string): Promise<AsyncIterable<Buffer>>;
  /** Looks at every file of a backup, as stored: missing, of another size, altered, unknown. */
  check(id: string, onFile: (checked: FileCheck) => void): Promise<readonly FileCheck[]>;
  /** Records a verdict beside the backup, as JSON and as a page for people. */
  recordProof(id: string, proof: Proof, page: string): Promise<void>;
  /** Verdicts of a backup, oldest first. */
  proofs(id: string): Promise<readonly Proof[]>;
  /** Ids of the backups that are being made, also by other processes. */
  underway(): Promise<readonly string[]>;
  /** Removes a backup: from the first moment on it is listed no more. */
  remove(id: string): Promise<void>;
  /** Removes what runs that are gone have left unfinished; returns what it removed. */
  sweep(): Promise<readonly string[]>;
  /** Runs `body` while no other process prunes or sweeps. Throws `repository-busy`. */
  exclusively<T>(body: () => Promise<T>): Promise<T>;
  /** The archived write-ahead log of one cluster; reads and writes nothing yet. */
  wal(systemIdentifier: string): WalArchive;
  /** Clusters whose log is archived here, sorted. */
  walClusters(): Promise<readonly string[]>;
}

/**
 * The write-ahead log of one cluster. A file appears whole or not at all, and never two of one name
 * with different content.
 */
export interface WalArchive {
  /** For the reader. */
  readonly display: string;
  /** Whether anything was ever stored: what a disk that is not mounted does not have. */
  exists(): Promise<boolean>;
  /**
   * Stores a file and makes it last; `there`: it is stored already, with this very content. Throws
   * `wal-conflict` where other content has that name, also while somebody else stores that.
   */
  put(file: WalContent): Promise<'stored' | 'there'>;
  /** As `put`, in the place of what was stored under the name before: it has grown. */
  replace(file: WalContent): Promise<'stored' | 'there'>;
  /** What is stored under a name; several only where something else than `put` wrote there. */
  find(name: WalName): Promise<readonly StoredWal[]>;
  /**
   * The content of a file. Fails with `wal-corrupt` at its end, or before, where it is not what was
   * stored; with `backup-key-missing`, `backup-not-encrypted`.
   */
  content(stored: StoredWal): AsyncIterable<Buffer>;
  /** Everything that is stored, sorted by name. */
  list(): Promise<readonly StoredWal[]>;
  remove(stored: readonly StoredWal[]): Promise<void>;
}

/** A file to be stored. */
export interface WalContent {
  readonly name: WalName;
  /** Of its content, hexadecimal. */
  readonly sha256: string;
  /** The content; may be asked for more than once. */
  content(): AsyncIterable<Buffer>;
}

export interface StoredWal {
  readonly name: WalName;
  /** Of its content, hexadecimal. */
  readonly sha256: string;
  /** As the archive calls it; tells how it is compressed and whether it is encrypted. */
  readonly file: string;
  readonly storedBytes: number;
  /** ISO 8601, UTC: by the clock of the archive. */
  readonly storedAt: string;
}

/** A backup in the making; disposing of it unpublished leaves nothing behind. */
export interface Draft extends AsyncDisposable {
  readonly id: string;
  readonly stage: Stage;
  /** Writes the manifest, makes all of it last, and lets it appear. */
  publish(content: ManifestContent): Promise<Manifest>;
}

export interface ListedBackup {
  readonly id: string;
  readonly manifest: Manifest | null;
  /** Why the manifest cannot be read; null where it can. */
  readonly damage: string | null;
  readonly lastProof: Proof | null;
}

export interface FileCheck {
  readonly path: string;
  readonly ok: boolean;
  /** What is wrong, for the reader; empty where it is well. */
  readonly detail: string;
}
