import type { RestoreCheck } from '../engines/backing-up.ts';
import type { RestoredScratch } from '../engines/engine.ts';
import { JemError } from '../errors.ts';
import type { Manifest, RecoveryProof } from '../repository/manifest.ts';
import type { Compared } from './compared.ts';

/** What a restore has shown. */
export interface Seen extends Compared {
  readonly restored: Pick<RestoredScratch, 'description' | 'limits' | 'restoreMs'> | null;
  readonly serverVersion: string;
  /** Null: without the archived log. */
  readonly recovery: RecoveryProof | null;
}

export function notRestored({ serverVersion }: Manifest, checks: readonly RestoreCheck[]): Seen {
  return { checks, tables: [], restored: null, serverVersion, recovery: null };
}

/** A backup that does not restore is a verdict; a machine that cannot try is an error. */
export async function orVerdict<T>(
  signal: AbortSignal,
  restore: () => Promise<T>,
): Promise<T | JemError> {
  try {
    return await restore();
  } catch (error) {
    const verdict = error instanceof JemError && verdicts.has(error.code);
    if (verdict && !signal.aborted) return error;
    throw error;
  }
}

const verdicts: ReadonlySet<string> = new Set([
  'restore-failed',
  'backup-corrupt',
  'backup-missing',
]);

export function failedRestore({ message, details }: JemError): RestoreCheck {
  const detail = [message, details.why, details.original].filter(Boolean).join(': ');
  return { id: 'restore', ok: false, detail };
}
