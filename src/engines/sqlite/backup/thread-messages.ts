import { type ErrorCode, JemError } from '../../../errors.ts';
import { resultCode } from '../driver.ts';
import type { Digest } from './digest.ts';
import type { Part, StoredTable } from './tables.ts';

/** Places on the board that threads share. */
export const shared = { nextPart: 0, stop: 1 } as const;

/** The fingerprints of a whole database, for as many threads as there are. */
export interface DigestTask {
  readonly tables: readonly StoredTable[];
  /** Each thread takes the next one that none has taken. */
  readonly parts: readonly Part[];
  /** Of shared memory: see `shared`. */
  readonly board: Int32Array;
}

/** By the place of their tables in `DigestTask.tables`. */
export type Digests = ReadonlyMap<number, Digest>;

/** What a thread can be asked, one thing at a time, and what it answers. */
export interface Answers {
  /** Begins the read transaction that all else works in. */
  readonly begin: null;
  readonly digest: Digests;
  /** The values of a pragma's first column. */
  readonly pragma: readonly unknown[];
}

export type Request =
  | { readonly kind: 'begin' }
  | { readonly kind: 'digest'; readonly task: DigestTask }
  | { readonly kind: 'pragma'; readonly source: string }
  /** Is not answered: the thread ends. */
  | { readonly kind: 'end' };

export type Reply =
  /** A part of the work is done, and more is to come. */
  | { readonly kind: 'part' }
  | { readonly kind: 'done'; readonly value: Answers[keyof Answers] }
  | { readonly kind: 'failed'; readonly error: PackedError };

/** An error between threads, where its class is lost. */
export interface PackedError {
  readonly message: string;
  /** `SQLITE_…` of SQLite, one of the catalogue of a JemError, else null. */
  readonly code: string | null;
  readonly details: { readonly why?: string; readonly hint?: string };
}

export function packed(error: unknown): PackedError {
  if (error instanceof JemError) {
    const { why, hint } = error.details;
    const details = { ...(why !== undefined && { why }), ...(hint !== undefined && { hint }) };
    return { message: error.message, code: error.code, details };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { message, code: resultCode(error), details: {} };
}

export function unpacked({ message, code, details }: PackedError): Error {
  if (code === null) return new Error(message);
  if (code.startsWith('SQLITE_')) return Object.assign(new Error(message), { code });
  return new JemError(code as ErrorCode, message, details);
}
