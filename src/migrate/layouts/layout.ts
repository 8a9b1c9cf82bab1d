import type { FolderFile } from '../listing.ts';
import type { Migration } from '../migration.ts';
import type { NumberedName } from '../naming.ts';

/** Words in file names that stand for this engine, and for the others. */
export interface EngineWords {
  readonly own: readonly string[];
  readonly others: readonly string[];
}

/** A migrations folder, listed and not yet understood. */
export interface Listing {
  readonly files: readonly FolderFile[];
  readonly engine: EngineWords;
  /** The user has named the layout: what could be meant otherwise is meant so. */
  readonly demanded: boolean;
}

/** The beginning of a file that may hold both directions. */
export interface Sample {
  readonly file: FolderFile;
  readonly head: string;
}

/** A file that cannot be read as a migration, and what to do with it. */
export interface Problem {
  readonly file: string;
  /** Goes behind the file's name: `has no number`. */
  readonly what: string;
  readonly hint: string;
}

export interface Reading {
  readonly migrations: readonly Migration[];
  readonly problems: readonly Problem[];
}

export interface NewFile {
  /** Path below the migrations folder. */
  readonly path: string;
  readonly text: string;
}

/** One way to lay out a migrations folder. */
export interface Layout {
  readonly name: string;
  /** Whose it is, for the reader. */
  readonly title: string;
  readonly aliases: readonly string[];
  /** A file that shows this layout, or null. `samples` are the heads of a few single files. */
  detect(listing: Listing, samples: () => readonly Sample[]): FolderFile | null;
  read(listing: Listing): Reading;
  /** Takes the name of a migration apart; null where it has no number. */
  parse(name: string): NumberedName | null;
  /** Does this file or folder carry the migration `name`, for whichever engine and direction? */
  owns(name: string, base: string): boolean;
  /** How an empty folder's first migration is named. */
  readonly first: Pick<NumberedName, 'prefix' | 'separator'>;
  /** The files of a new migration, the way up first. */
  scaffold(name: string): readonly NewFile[];
}
