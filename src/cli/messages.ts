import type { Typed } from '../commands/input.ts';
import type { Warning } from '../engines/engine.ts';
import { type ErrorCode, type ErrorDetails, Interrupted, JemError } from '../errors.ts';
import type { TargetSummary } from '../output/envelope.ts';
import type { Settings } from '../settings.ts';
import { originalStack } from './origin.ts';

/** What a thread is started with: one command, and all that it cannot ask the process for. */
export interface Task {
  readonly command: string;
  readonly typed: Typed;
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Files that have been read already, by their paths. */
  readonly texts: ReadonlyMap<string, string>;
  /** How the result is wanted: as it is, or for people. */
  readonly form: 'json' | 'text' | 'coloured text';
  /** Whether anybody sees progress: to send it costs more than a small migration. */
  readonly progress: boolean;
}

/** From the thread: what a command tells, and at last its answer. */
export type FromThread =
  | { readonly kind: 'warn'; readonly warning: Warning }
  | { readonly kind: 'aim'; readonly target: TargetSummary }
  | { readonly kind: 'note' | 'detail' | 'progress' | 'draw'; readonly text: string }
  | { readonly kind: 'confirm'; readonly question: string; readonly shown: string | undefined }
  | {
      readonly kind: 'done';
      /** Empty where text is wanted. */
      readonly result: object;
      readonly text: string;
      readonly exitCode: number;
    }
  | { readonly kind: 'failed'; readonly error: SentError };

/** To the thread. */
export type ToThread =
  | { readonly kind: 'abort'; readonly reason: SentError }
  | { readonly kind: 'agreed' }
  | { readonly kind: 'refused'; readonly error: SentError };

/** An error between two threads, where classes do not survive: its words, and where it began. */
export interface SentError {
  /** Null: no error of the catalogue. */
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly details: ErrorDetails;
  readonly signalName: Interrupted['signalName'] | null;
  readonly stack: string;
}

/** An error as it can be sent: all of it but its causes, of which the first leaves its stack. */
export function packed(error: unknown): SentError {
  const stack = originalStack(error);
  if (!(error instanceof JemError)) {
    const message = error instanceof Error ? error.message : String(error);
    return { code: null, message, details: {}, signalName: null, stack };
  }
  const { cause: _, ...details } = error.details;
  const signalName = error instanceof Interrupted ? error.signalName : null;
  return { code: error.code, message: error.message, details, signalName, stack };
}

/** The error that was packed; its cause has the stack alone. */
export function unpacked({ code, message, details, signalName, stack }: SentError): Error {
  const cause = new Error(message);
  cause.stack = stack;
  if (code === null) return cause;
  const whole = { ...details, cause };
  return signalName ? new Interrupted(signalName, whole) : new JemError(code, message, whole);
}
