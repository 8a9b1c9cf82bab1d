import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds. Throws the signal's reason when it fires. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
