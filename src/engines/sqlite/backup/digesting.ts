import type { Database } from '../driver.ts';
import { newPace } from '../patience.ts';
import { addTo, type Digest } from './digest.ts';
import { newFingerprint } from './fingerprint.ts';
import type { Part, StoredTable } from './tables.ts';
import { type Digests, type DigestTask, shared } from './thread-messages.ts';
import type { SqliteThread } from './threads.ts';

/** The work, and how it goes. */
export interface Digesting {
  readonly tables: readonly StoredTable[];
  readonly parts: readonly Part[];
  readonly signal: AbortSignal;
  /** Told of each part when it is done. */
  readonly onPart: () => void;
}

/** Digests everything on one connection; others get their turn between two parts. */
export async function digestHere(
  db: Database,
  { tables, parts, signal, onPart }: Digesting,
): Promise<Digests> {
  const pace = newPace(signal);
  const digests = new Map<number, Digest>();
  const fingerprint = newFingerprint(db, () => false);
  for (const { table: index, range } of parts) {
    const table = tables[index];
    if (table) addTo(digests, index, fingerprint(table, range));
    onPart();
    await pace.breathe();
  }
  return digests;
}

/** Digests everything in threads that have begun the same snapshot. */
export async function digestInThreads(
  threads: readonly SqliteThread[],
  { tables, parts, signal, onPart }: Digesting,
): Promise<Digests> {
  const board = new Int32Array(new SharedArrayBuffer(8));
  const task: DigestTask = { tables, parts, board };
  const stop = (): void => void Atomics.store(board, shared.stop, 1);
  signal.throwIfAborted();
  signal.addEventListener('abort', stop);
  try {
    const asked = threads.map(async (thread) => {
      try {
        return await thread.ask({ kind: 'digest', task }, onPart);
      } catch (error) {
        // The others need not go on.
        stop();
        throw error;
      }
    });
    const results = await Promise.allSettled(asked);
    signal.throwIfAborted();
    const digests = new Map<number, Digest>();
    for (const result of results) {
      if (result.status === 'rejected') throw result.reason;
      for (const [index, digest] of result.value) addTo(digests, index, digest);
    }
    return digests;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
