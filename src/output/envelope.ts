import type { Warning } from '../engines/engine.ts';
import type { ErrorClass, JemError, SourceLocation } from '../errors.ts';

export interface TargetSummary {
  readonly engine: string;
  readonly display: string;
  /** Null until the server has answered. */
  readonly serverVersion: string | null;
}

/** What `--json` prints; the contract is `schemas/output.schema.json`. */
export interface Envelope {
  readonly schema: 'jem-db/1';
  readonly command: string;
  readonly ok: boolean;
  readonly exitCode: number;
  readonly target: TargetSummary | null;
  readonly result: object;
  readonly warnings: readonly Warning[];
  readonly error: ErrorDocument | null;
  readonly startedAt: string;
  readonly durationMs: number;
}

export interface ErrorDocument {
  readonly code: string;
  readonly class: ErrorClass;
  readonly message: string;
  readonly hint: string | null;
  readonly retryable: boolean;
  /** The likely cause. */
  readonly cause: string | null;
  /** The original words of the server or the system. */
  readonly original?: string;
  readonly sqlState?: string;
  readonly location?: SourceLocation;
}

export function errorDocument(error: JemError): ErrorDocument {
  const { hint, why, original, sqlState, location } = error.details;
  return {
    code: error.code,
    class: error.class,
    message: error.message,
    hint: hint ?? null,
    retryable: error.retryable,
    cause: why ?? null,
    ...(original === undefined ? {} : { original }),
    ...(sqlState === undefined ? {} : { sqlState }),
    ...(location === undefined ? {} : { location }),
  };
}
