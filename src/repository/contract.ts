import type { RestoreSource, Stage } from '../engines/backing-up.ts';
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
  /** Removes a backup: from the first moment on it is listed no more. */
  remove(id: string): Promise<void>;
  /** Removes what runs that are gone have left unfinished; returns what it removed. */
  sweep(): Promise<readonly string[]>;
  /** Runs `body` while no other process prunes or sweeps. Throws `repository-busy`. */
  exclusively<T>(body: () => Promise<T>): Promise<T>;
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
