/**
 * Runs several works at once, each with a signal that fires with `outer` or when another one has
 * failed, and waits for all to end. Throws what the first to fail threw, or the reason of `outer`.
 */
export async function together<const Works extends readonly Work[]>(
  outer: AbortSignal,
  works: Works,
): Promise<{ -readonly [At in keyof Works]: Awaited<ReturnType<Works[At]>> }> {
  const controller = new AbortController();
  const stop = () => controller.abort(outer.reason);
  outer.addEventListener('abort', stop, { once: true });
  if (outer.aborted) stop();
  const failures: unknown[] = [];
  const run = async (work: Work): Promise<unknown> => {
    try {
      return await work(controller.signal);
    } catch (error) {
      failures.push(error);
      controller.abort(error);
      return undefined;
    }
  };
  const results = await Promise.all(works.map(run));
  outer.removeEventListener('abort', stop);
  outer.throwIfAborted();
  if (failures.length > 0) throw failures[0];
  return results as { -readonly [At in keyof Works]: Awaited<ReturnType<Works[At]>> };
}

type Work = (signal: AbortSignal) => Promise<unknown>;
