import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Drops both sides of every connection, unasked, as soon as the server answers anything. */
  cutAtNextAnswer(): void;
  /** Drops the client's side now and holds the server's open, as a network that broke does. */
  cutClients(): void;
  /** As `cutClients`, and lets nobody in any more; gives what ends the server's side in the end. */
  cutForGood(): () => Promise<void>;
}

/** A network between a client and the server on `target`, that can break; `alter`: what is asked. */
export async function startProxy(
  target: number,
  alter: (asked: Buffer) => Buffer = (asked) => asked,
): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  let cutting = false;
  const server = createServer((client) => {
    const upstream = createConnection(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    clients.add(client);
    client.on('data', (bytes) => void upstream.write(alter(bytes)));
    client.on('end', () => void upstream.end());
    upstream.on('data', (bytes) => {
      if (cutting) {
        client.resetAndDestroy();
        upstream.destroy();
      } else client.write(bytes);
      cutting = false;
    });
    upstream.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cutAtNextAnswer: () => void (cutting = true),
    cutClients: () => {
      for (const client of clients) client.resetAndDestroy();
      clients.clear();
    },
    cutForGood: () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const client of clients) client.resetAndDestroy();
      return async () => {
        for (const socket of sockets) socket.destroy();
        await closed;
      };
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
