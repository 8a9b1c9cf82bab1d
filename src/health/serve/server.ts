import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { JemError } from '../../errors.ts';
import { type Limiter, newLimiter } from './limiter.ts';

/** What is served; each answer is made of what was seen a moment ago at most. */
export interface Pages {
  /** Whether the application may be sent requests. */
  ready(): Promise<{ readonly ok: boolean; readonly text: string }>;
  /** A JSON document, and whether it is well enough for 200. */
  health(): Promise<{ readonly ok: boolean; readonly json: string }>;
  /** In the text format of Prometheus. */
  metrics(): Promise<string>;
}

export interface ServeOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Requests a second from one address, on average. */
  readonly rate: number;
}

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Milliseconds in which a request must have come. */
const patience = 5000;
/** Milliseconds that those which are being answered have when it ends. */
const grace = 5000;
const limits = { headerBytes: 8192, urlCharacters: 1024, connections: 64 } as const;

export interface Serving extends AsyncDisposable {
  readonly url: string;
}

/**
 * Serves the endpoints until it is disposed of: then it takes no more, and waits for those that are
 * being answered. Throws `bad-setting` where the address is not to be had.
 */
export async function serve(pages: Pages, options: ServeOptions): Promise<Serving> {
  const limiter = newLimiter(options.rate);
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: patience,
      requestTimeout: patience,
      // Node.js looks for those that are late every 30 seconds unless told.
      connectionsCheckingInterval: 1000,
    },
    (request, response) => {
      void answer(request, pages, limiter).then((found) => send(request, response, found));
    },
  );
  server.maxConnections = limits.connections;
  server.keepAliveTimeout = patience;
  await listening(server, options);
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${port}`,
    [Symbol.asyncDispose]: () => closed(server),
  };
}

function listening(server: Server, { host, port }: ServeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new JemError('bad-setting', `Cannot listen at ${host}:${port} (${error.code})`, {
          why:
            {
              EADDRINUSE: 'Another program listens there.',
              EACCES: 'Ports below 1024 are for root.',
              EADDRNOTAVAIL: 'This machine has no such address.',
            }[error.code ?? ''] ?? 'The system refused it.',
          hint: 'Name another with --listen HOST:PORT.',
          cause: error,
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), grace);
    server.close(() => {
      clearTimeout(late);
      resolve();
    });
    server.closeIdleConnections();
  });
}

async function answer(
  { method = '', url = '', headers, socket }: IncomingMessage,
  pages: Pages,
  limiter: Limiter,
): Promise<Answer> {
  if (!limiter.take(socket.remoteAddress ?? '', performance.now()))
    return { status: 429, body: 'too many requests\n', headers: { 'retry-after': '1' } };
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, body: 'GET or HEAD\n', headers: { allow: 'GET, HEAD' } };
  if (Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined)
    return { status: 413, body: 'no body is taken\n' };
  if (url.length > limits.urlCharacters) return { status: 414, body: 'too long\n' };
  try {
    return await page(url.replace(/\?.*$/, ''), pages);
  } catch {
    // What went wrong is for the operator's log, not for whoever asks.
    return { status: 500, body: 'the checks could not be run\n' };
  }
}

async function page(path: string, pages: Pages): Promise<Answer> {
  switch (path) {
    case '/livez':
      return { status: 200, body: 'ok\n' };
    case '/readyz': {
      const { ok, text } = await pages.ready();
      return { status: ok ? 200 : 503, body: `${text}\n` };
    }
    case '/healthz': {
      const { ok, json } = await pages.health();
      return { status: ok ? 200 : 503, type: 'application/json', body: json };
    }
    case '/metrics':
      return {
        status: 200,
        type: 'text/plain; version=0.0.4; charset=utf-8',
        body: await pages.metrics(),
      };
    default:
      return { status: 404, body: 'try /livez, /readyz, /healthz or /metrics\n' };
  }
}

function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  { status, type = 'text/plain; charset=utf-8', body, headers = {} }: Answer,
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // What was not taken of a request must not be read as the next one.
    ...(status >= 400 && status !== 503 && { connection: 'close' }),
    ...headers,
  });
  response.end(method === 'HEAD' ? '' : body);
}
