/**
 * What `look` found, asked for anew where it is older than `longest` milliseconds; those who ask
 * while it is being looked share the answer. What it throws is thrown to all of them, and not kept.
 */
export function cached<T>(longest: number, look: () => Promise<T>): () => Promise<T> {
  let found: { readonly value: T; readonly at: number } | null = null;
  let running: Promise<T> | null = null;
  return async () => {
    if (found && performance.now() - found.at < longest) return found.value;
    running ??= look()
      .then((value) => {
        found = { value, at: performance.now() };
        return value;
      })
      .finally(() => {
        running = null;
      });
    return running;
  };
}
