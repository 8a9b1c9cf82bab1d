import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Endpoint } from './address.ts';
import type { Credentials } from './credentials/credentials.ts';
import { encoded, signed } from './signing.ts';
import {
  isNetworkError,
  isPassing,
  isTlsError,
  Refused,
  type Refusal,
  refusalOf,
  unreachable,
} from './store-errors.ts';
import { openTransport, textOf, type Transport } from './transport.ts';
import { textIn } from './xml.ts';

/** A request to a bucket. */
export interface Wish {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Within the bucket, not encoded; empty for the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: readonly Buffer[];
}

export interface ClientOptions {
  readonly endpoint: Endpoint;
  /** For the reader, as `s3://bucket/prefix`. */
  readonly display: string;
  readonly credentials: () => Promise<Credentials>;
  readonly signal: AbortSignal;
  /** Milliseconds for which a store that has answered before is tried again. */
  readonly patience: number;
}

/** One bucket of a store, by the requests it takes. */
export interface Client {
  readonly display: string;
  readonly signal: AbortSignal;
  /**
   * Sends a request until it is answered: what may pass is tried again, a wrong clock is corrected.
   * Throws `Refused`, `store-unreachable`, `tls-untrusted`, and what the credentials throw.
   */
  request(wish: Wish): Promise<IncomingMessage>;
  /** The same, with the text of the answer. */
  text(wish: Wish): Promise<{ readonly text: string; readonly answer: IncomingMessage }>;
  /** How long trouble with a connection is borne, and a pause before the next try. */
  readonly tries: () => Tries;
  /** The same bucket, over the same connections, until another signal ends it. */
  until(signal: AbortSignal): Client;
}

/** The tries of one request. */
export interface Tries {
  /** Waits before the next one; throws in the reader's words where it is no use. */
  again(error: unknown): Promise<void>;
}

/** Milliseconds. */
const firstPause = 100;
const longestPause = 5000;
/** Tries after the first one, however long each takes. */
const leastTries = 3;
/** Milliseconds for a store that was never heard of: a wrong address is told soon. */
const firstPatience = 3000;

/** What is learnt of a store. */
interface Acquaintance {
  readonly transport: Transport;
  wasHeard: boolean;
  /** Of the store's clock, in milliseconds ahead of ours. */
  ahead: number;
}

/** Opens a bucket; sends nothing yet. */
export function openClient(options: ClientOptions): Client {
  return clientOf(options, { transport: openTransport(), wasHeard: false, ahead: 0 });
}

function clientOf(options: ClientOptions, store: Acquaintance): Client {
  const { endpoint, display, credentials, signal } = options;

  function urlOf({ key, query = {} }: Wish): URL {
    const path = key.split('/').map(encoded).join('/');
    const url = new URL(endpoint.origin);
    url.pathname = `${endpoint.root}${path}`.replace(/(.)\/$/, key === '' ? '$1' : '$1/');
    url.search = Object.entries(query)
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .join('&');
    return url;
  }

  async function send(wish: Wish): Promise<IncomingMessage> {
    const { method, body = [] } = wish;
    const url = urlOf(wish);
    // The store checks each body against it, and the signature covers it; a second hash of the body
    // in the signature itself would say no more. Buckets with a lock on their objects ask for it.
    const digests = method === 'PUT' || method === 'POST' ? { 'content-md5': md5Of(body) } : {};
    const payload = 'UNSIGNED-PAYLOAD';
    const headers = { ...wish.headers, ...digests };
    const scope = {
      region: endpoint.region,
      service: 's3',
      at: new Date(Date.now() + store.ahead),
    };
    const given = await credentials();
    const ready = signed({ method, url, headers, payload }, { ...scope, credentials: given });
    return store.transport.send({ method, url, headers: ready, body, signal });
  }

  function tries(): Tries {
    // From the first failure on: a large part may have taken long before it.
    let start: number | null = null;
    let count = 0;
    return {
      async again(error) {
        signal.throwIfAborted();
        const isNetwork = isNetworkError(error);
        const heals = isNetwork || (error instanceof Refused && isPassing(error.refusal));
        const waited = performance.now() - (start ??= performance.now());
        const patience = store.wasHeard
          ? options.patience
          : Math.min(firstPatience, options.patience);
        if (!heals || (waited > patience && count >= leastTries))
          throw isNetwork || isTlsError(error)
            ? unreachable(error, display, endpoint.origin.origin)
            : error;
        const left = Math.max(patience - waited, firstPause);
        const next = Math.min(firstPause * 2 ** count++, longestPause, left);
        // Many that were refused at once must not come back at once.
        await pause(next * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
        signal.throwIfAborted();
      },
    };
  }

  async function request(wish: Wish): Promise<IncomingMessage> {
    const trying = tries();
    let corrected = false;
    for (;;)
      try {
        const answer = await send(wish);
        store.wasHeard = true;
        const status = answer.statusCode ?? 0;
        if (status >= 200 && status < 300) return answer;
        const refusal = await refusalIn(answer);
        if (refusal.code === 'RequestTimeTooSkewed' && !corrected) {
          corrected = true;
          store.ahead = dateOf(answer) - Date.now();
          continue;
        }
        throw new Refused(refusal);
      } catch (error) {
        await trying.again(error);
      }
  }

  async function text(wish: Wish) {
    const trying = tries();
    for (;;) {
      const answer = await request(wish);
      try {
        const found = await textOf(answer);
        // Long works are answered before they are done, and may fail then.
        const code = /<Error>/.test(found) ? textIn(found, 'Code') : '';
        if (code === '') return { text: found, answer };
        throw new Refused(refusalOf(found, 500, ''));
      } catch (error) {
        await trying.again(error);
      }
    }
  }

  const until = (other: AbortSignal): Client => clientOf({ ...options, signal: other }, store);
  return { display, signal, request, text, tries, until };
}

/** What time the store has, in milliseconds since 1970; our own where it does not say. */
export function dateOf({ headers }: IncomingMessage): number {
  const date = Date.parse(headers.date ?? '');
  return Number.isNaN(date) ? Date.now() : date;
}

async function refusalIn(answer: IncomingMessage): Promise<Refusal> {
  const region = answer.headers['x-amz-bucket-region'];
  return refusalOf(await textOf(answer), answer.statusCode ?? 0, String(region ?? ''));
}

function md5Of(body: readonly Buffer[]): string {
  const hash = createHash('md5');
  for (const piece of body) hash.update(piece);
  return hash.digest('base64');
}
