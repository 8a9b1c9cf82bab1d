import type { Occasion } from './occasion.ts';

/** How long a server may take to answer, in milliseconds. */
const longest = 15_000;

/**
 * Posts the occasion as JSON. Returns what went wrong, in words that do not hold the URL, which is
 * a secret; null: nothing.
 */
export async function post(url: string, occasion: Occasion): Promise<string | null> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return 'it is no http or https URL';
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'jem-db' },
      body: JSON.stringify(occasion),
      signal: AbortSignal.timeout(longest),
    });
    await response.body?.cancel();
    return response.ok ? null : `it answered ${response.status}`;
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return 'it did not answer in time';
    const cause = error instanceof Error ? error.cause : null;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no connection';
    return `it was not reached (${code})`;
  }
}
