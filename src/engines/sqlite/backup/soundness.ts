import type { RestoreCheck } from '../../backing-up.ts';
import { resultCode } from '../driver.ts';
import { startThread } from './threads.ts';

/** A pragma's answer from a thread: it may take long, and the signal ends the wait for it. */
export async function pragmaOf(
  file: string,
  source: string,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  signal.throwIfAborted();
  const thread = startThread(file);
  const stopped = new AbortController();
  try {
    return await Promise.race([
      thread.ask({ kind: 'pragma', source }),
      end(signal, stopped.signal),
    ]);
  } finally {
    stopped.abort();
    const disposed = thread[Symbol.asyncDispose]();
    if (!signal.aborted) await disposed;
  }
}

/** Rejects when the signal fires. */
function end(signal: AbortSignal, stopped: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { signal: stopped });
  });
}

/** `quick` leaves out what compares the indexes with their tables. */
export async function soundness(
  file: string,
  pragma: 'quick_check' | 'integrity_check',
  signal: AbortSignal,
): Promise<RestoreCheck> {
  try {
    const found = (await pragmaOf(file, `${pragma}(3)`, signal)).map(String);
    return { id: pragma, ok: found.join() === 'ok', detail: found.join('; ') };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const code = resultCode(error) ?? '';
    if (/^SQLITE_(CORRUPT|NOTADB)/.test(code))
      return { id: pragma, ok: false, detail: error.message };
    // Of a collation or a function that only the application has, SQLite cannot say more.
    if (code.startsWith('SQLITE_ERROR')) return { id: pragma, ok: null, detail: error.message };
    throw error;
  }
}
