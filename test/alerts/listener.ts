import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '../support/until.ts';

/** A server that takes webhooks; it answers with `status`, or never. */
export interface Listener extends AsyncDisposable {
  readonly url: string;
  /** The documents it was sent, in their order. */
  readonly heard: readonly Readonly<Record<string, unknown>>[];
  /** Waits for so many of them. */
  count(number: number): Promise<void>;
}

export async function listener(status = 200): Promise<Listener> {
  const heard: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      heard.push(JSON.parse(body) as Record<string, unknown>);
      response.writeHead(status).end('as you say');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks/s3cr3t-token`,
    heard,
    async count(number) {
      await until(`${number} webhooks`, () => heard.length === number);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
