import { Agent, type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';

/** One request as it goes over the wire. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: readonly Buffer[];
  readonly signal: AbortSignal;
}

/** Milliseconds without a byte after which a connection counts as dead. */
const silence = 60_000;
/** Of one process to one store. */
const connections = 12;

/** Sends requests over connections that are kept; an answer comes when its head has arrived. */
export interface Transport {
  send(exchange: Exchange): Promise<IncomingMessage>;
}

/** Node's own http, not its fetch: it sends several buffers as they are, without a copy. */
export function openTransport(): Transport {
  const options = { keepAlive: true, maxSockets: connections };
  // A socket that waits for its next request keeps no process alive.
  const agents = { 'http:': new Agent(options), 'https:': new TlsAgent(options) };
  return {
    send: ({ method, url, headers, body, signal }) =>
      new Promise((resolve, reject) => {
        const isTls = url.protocol === 'https:';
        const length = body.reduce((sum, piece) => sum + piece.length, 0);
        const outgoing = (isTls ? tlsRequest : plainRequest)(url, {
          method,
          headers: { ...headers, ...(hasBody(method) && { 'content-length': length }) },
          agent: isTls ? agents['https:'] : agents['http:'],
          signal,
        });
        outgoing.setTimeout(silence, () =>
          outgoing.destroy(Object.assign(new Error('no byte for a minute'), { code: 'ETIMEDOUT' })),
        );
        outgoing.on('error', reject);
        outgoing.on('response', resolve);
        for (const piece of body) outgoing.write(piece);
        outgoing.end();
      }),
  };
}

/** All of a short answer, as text. Fails as the connection does. */
export async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of answer as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

function hasBody(method: string): boolean {
  return method === 'PUT' || method === 'POST';
}
