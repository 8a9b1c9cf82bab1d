import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks every 10 ms until the answer is neither null, undefined nor false, and returns it.
 * After `timeout` milliseconds it throws, naming `what` was awaited.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  timeout = 20_000,
): Promise<T> {
  const end = performance.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`waited ${timeout} ms for ${what}`);
    await pause(10);
  }
}
