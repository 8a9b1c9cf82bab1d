import { openTransport, textOf } from '../transport.ts';

/** A question to a service that gives out credentials. */
export interface Question {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds. */
  readonly patience: number;
}

/** Asks once. Fails as the connection does, and with the reason of the signal. */
export async function ask(
  { method, url, headers, body, patience }: Question,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await openTransport().send({
    ...{ method, url, headers: { ...headers, connection: 'close' } },
    body: body === undefined ? [] : [Buffer.from(body)],
    signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
  });
  return { status: answer.statusCode ?? 0, text: await textOf(answer) };
}

/** The JSON of a text; null where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
