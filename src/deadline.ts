/**
 * Runs `body` with a signal that fires with `outer`, or with a `TimeoutError` after
 * `milliseconds`. By hand, because in Node 20 `AbortSignal.any` forgets a timeout when garbage
 * is collected, and the wait never ends.
 */
export async function withDeadline<T>(
  milliseconds: number,
  outer: AbortSignal,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const late = () => controller.abort(new DOMException('too late', 'TimeoutError'));
  const stop = () => controller.abort(outer.reason);
  const timer = setTimeout(late, milliseconds);
  outer.addEventListener('abort', stop, { once: true });
  if (outer.aborted) stop();
  try {
    return await body(controller.signal);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', stop);
  }
}
