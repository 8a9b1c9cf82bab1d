import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

/** What happens to the bytes that pass; each changes them, or returns null to cut the connection. */
export interface Weather {
  /** Of a client, with what was sent over its connection before. */
  readonly up?: (bytes: Buffer, before: number) => Buffer | null;
  readonly down?: (bytes: Buffer, before: number) => Buffer | null;
}

export interface Network extends AsyncDisposable {
  readonly endpoint: string;
}

/** A network between the tests and a store, with a weather of its own. */
export async function networkTo(endpoint: string, weather: Weather): Promise<Network> {
  const { hostname, port } = new URL(endpoint);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = createConnection(Number(port), hostname);
    const cut = (): void => {
      client.resetAndDestroy();
      upstream.destroy();
    };
    const pass = (from: Socket, to: Socket, change: Weather['up']): void => {
      let before = 0;
      from.on('data', (bytes: Buffer) => {
        const changed = change ? change(bytes, before) : bytes;
        before += bytes.length;
        if (changed) to.write(changed);
        else cut();
      });
      from.on('error', () => from.destroy());
      from.on('close', () => to.destroy());
      sockets.add(from);
    };
    pass(client, upstream, weather.up);
    pass(upstream, client, weather.down);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
