import type { Compression } from '../../backing-up.ts';
import {
  type Check,
  each,
  flag,
  orNull,
  requireFacts,
  shape,
  text,
  whole,
} from '../backup/fact-checks.ts';

/** One tar of a base backup. */
export interface BaseArchive {
  /** Its path in the backup: `base.tar.gz`, `16401.tar`. */
  readonly file: string;
  /** Of the tablespace; null: the data folder itself. */
  readonly oid: string | null;
  /** Where the tablespace was; within the data folder where it is relative. */
  readonly location: string | null;
  /** Before compression, as the server estimated; null: it did not. */
  readonly bytes: number | null;
}

/** What a restore needs to know of a base backup. */
export interface BaseFacts {
  /** Counts up when a reader of an older format would go wrong. */
  readonly format: 1;
  readonly systemIdentifier: string;
  /** Of the place where it starts. */
  readonly timeline: number;
  /** Replay begins here: `0/2000028`. */
  readonly startLsn: string;
  /** The server is consistent from here on. */
  readonly stopLsn: string;
  readonly stopTimeline: number;
  /** Name of the first segment that is needed; from it to `stopLsn` all are in the backup. */
  readonly startSegment: string;
  /** Bytes. */
  readonly segmentSize: number;
  /** By the server, of the archives. */
  readonly compression: Compression['method'];
  readonly archives: readonly BaseArchive[];
  readonly standby: boolean;
  /** Whether pages carry checksums, which the server looked at as it read them. */
  readonly dataChecksums: boolean;
  /** `off`, `on` or `always`: without an archive nothing later than the backup can be recovered. */
  readonly archiveMode: string;
  /** A superuser who may log in, to look at what was restored; null: there was none. */
  readonly superuser: string | null;
  /** The database that was asked. */
  readonly database: string;
}

const checks = {
  format: (value) => value === 1,
  systemIdentifier: text,
  timeline: whole,
  startLsn: text,
  stopLsn: text,
  stopTimeline: whole,
  startSegment: text,
  segmentSize: whole,
  compression: text,
  archives: each(
    shape({ file: text, oid: orNull(text), location: orNull(text), bytes: orNull(whole) }),
  ),
  standby: flag,
  dataChecksums: flag,
  archiveMode: text,
  superuser: orNull(text),
  database: text,
} satisfies Record<keyof BaseFacts, Check>;

/** The facts of a manifest. Throws `backup-corrupt` where they are not what this version reads. */
export function baseFactsOf(facts: Readonly<Record<string, unknown>>): BaseFacts {
  requireFacts(facts, checks);
  return facts as unknown as BaseFacts;
}
