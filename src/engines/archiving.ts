import type { WalName } from '../wal-names.ts';

/** A file that the server hands over to be archived, checked. */
export interface WalFile {
  readonly name: WalName;
  /** Tells one cluster from all others, decimal. */
  readonly systemIdentifier: string;
  readonly bytes: number;
}

/** What an engine knows of the files of its write-ahead log. */
export interface WalFormat {
  /**
   * Checks a file by its name, its size and its first page. Throws `wal-refused` where it is not
   * what its name says, `file-missing`.
   */
  inspect(path: string, dataFolder: string): Promise<WalFile>;
  /** The identifier of the cluster in a data folder. Throws `file-missing`, `wal-refused`. */
  systemIdentifier(dataFolder: string): Promise<string>;
  /**
   * What else waits to be archived beside a file, the most urgent first: histories, then the
   * oldest. Empty where that cannot be seen.
   */
  waiting(path: string): Promise<readonly string[]>;
  /** Bytes of a segment, from its beginning. Null where it does not begin as a segment does. */
  segmentBytes(beginning: Buffer): number | null;
  /** Reads segments in their order, from any one on. */
  reader(): Promise<WalReader>;
}

/** A record at which a recovery can stop by its time or its name. */
export interface WalEvent {
  /** `transaction`: its end, by commit or not. */
  readonly kind: 'transaction' | 'restore point';
  /** Where the record begins. */
  readonly lsn: bigint;
  /** By the server's clock: microseconds since 1970, UTC. */
  readonly at: bigint;
  /** Of a restore point; else empty. */
  readonly name: string;
}

/** What was read of a segment. */
export interface WalReading {
  readonly events: readonly WalEvent[];
  /** Where the last whole record of it begins; null: none ends in it. */
  readonly lastRecord: bigint | null;
}

/** Follows the records through segments that are handed over one after the other. */
export interface WalReader {
  read(segment: Buffer): WalReading;
}

/** What a server says of its archiver. */
export interface ArchiverState {
  readonly systemIdentifier: string;
  readonly timeline: number;
  /** Where its log ends now: `16/B374D848`. */
  readonly currentLsn: string;
  /** The segment that is being written. */
  readonly currentSegment: string;
  readonly segmentBytes: number;
  readonly archiveMode: string;
  readonly archivedCount: number;
  readonly lastArchived: string | null;
  /** ISO 8601, UTC; so are the others. */
  readonly lastArchivedAt: string | null;
  readonly failedCount: number;
  readonly lastFailed: string | null;
  readonly lastFailedAt: string | null;
  /** Files that wait to be archived; null where this role may not see them. */
  readonly waiting: number | null;
}

/** The log of a server that is reached by a session. */
export interface WalServer {
  state(): Promise<ArchiverState>;
  /** A receiver of its log. The caller disposes of it. Throws `tool-missing`. */
  receiver(options: {
    readonly binaries: string | null;
    readonly signal: AbortSignal;
  }): Promise<WalReceiver>;
}

/** Streams the log of a server, also after the session that it was made from has ended. */
export interface WalReceiver extends AsyncDisposable {
  /** Makes or drops a replication slot. Throws `wal-stream-failed`. */
  slot(act: 'create' | 'drop', name: string): Promise<void>;
  /**
   * Streams into a folder, segments as `NAME`, the one that is being filled as `NAME.partial`, from
   * where the folder ends. Ends with an error only: when the connection is lost, or the signal's reason.
   */
  stream(options: StreamOptions): Promise<never>;
}

export interface StreamOptions {
  readonly folder: string;
  readonly slot: string | null;
  /** Flush what comes at once, and tell the server. */
  readonly synchronous: boolean;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}
