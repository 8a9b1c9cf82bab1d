import { withDeadline } from '../../deadline.ts';
import { withoutSecrets } from '../../secrets.ts';
import { otlpJson } from './json.ts';
import type { Export } from './metrics.ts';
import { otlpProtobuf } from './protobuf.ts';
import { partialSuccess } from './response.ts';
import type { OtlpSettings } from './settings.ts';

/**
 * Sends metrics to a collector. Null: it took them all; else why it did not, for a warning: what
 * becomes of an export never bears on the verdict. Throws the signal's reason.
 */
export async function pushMetrics(
  exported: Export,
  { url, headers, timeout, encoding }: OtlpSettings,
  signal: AbortSignal,
): Promise<string | null> {
  const isJson = encoding === 'json';
  const place = placeOf(url);
  try {
    return await withDeadline(timeout, signal, async (inTime) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': isJson ? 'application/json' : 'application/x-protobuf',
          'user-agent': `jem-db/${exported.version}`,
          ...headers,
        },
        body: isJson ? otlpJson(exported) : otlpProtobuf(exported),
        // A collector that sends elsewhere would get the headers there.
        redirect: 'error',
        signal: inTime,
      });
      const body = Buffer.from(await response.arrayBuffer());
      if (!response.ok) return `${place} answered ${response.status} ${response.statusText}`.trim();
      const refused = partialSuccess(body, isJson);
      return refused === null ? null : `${place} took a part only: ${withoutSecrets(refused)}`;
    });
  } catch (error) {
    signal.throwIfAborted();
    return `${place} could not be reached: ${reasonOf(error, timeout)}`;
  }
}

/** A URL may hold a login, or a token in its query. */
function placeOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function reasonOf(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return 'of no known reason';
  if (error.name === 'TimeoutError') return `no answer within ${timeout} ms`;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return code || (cause instanceof Error ? cause.message : error.message);
}
