import { setTimeout as sleep } from 'node:timers/promises';

/** Waits so many milliseconds, or until the signal fires; never throws. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).then(ended, ended);
}

/** Waits so many milliseconds; throws the signal's reason when it fires. */
export async function pauseOrStop(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, signal);
  signal.throwIfAborted();
}

function ended(): void {}
