import type { FileOptions } from '../sql/options.ts';

/** Where the SQL or the module of one direction comes from. */
export interface Source {
  /** Path for the reader, relative to the working directory where it lies below it. */
  readonly file: string;
  readonly kind: 'sql' | 'module';
  /** What the layout itself says of this file (`transaction:false` of dbmate, say). */
  readonly options: Partial<FileOptions>;
  /**
   * The bytes to run. Where a file holds both directions, the other one is blanked out with
   * spaces, so that offsets, lines and columns stay those of the file.
   */
  read(): Uint8Array;
}

/** One migration as found in the folder. */
export interface Migration {
  /** What the ledger keeps; unique. */
  readonly name: string;
  /** Leading number or time, compared part by part as integers of any size. */
  readonly version: readonly bigint[];
  readonly up: Source;
  readonly down: Source | null;
}

export interface MigrationFolder {
  readonly folder: string;
  readonly layout: string;
  /** In the order they run. */
  readonly migrations: readonly Migration[];
}
