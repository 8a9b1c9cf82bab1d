import { once } from 'node:events';
import type { Connection } from 'pg';
import type { JemError } from '../../../errors.ts';
import type { PostgresSession } from '../session.ts';

/** A row of one of the answers' sets, or a message of the copy between them. */
export type CopyEvent =
  | { readonly kind: 'row'; readonly set: number; readonly fields: readonly (string | null)[] }
  | { readonly kind: 'copy'; readonly bytes: Buffer };

/** Bytes that may wait to be taken before the server is made to wait. */
const most = 1024 * 1024;

/**
 * Runs a statement that answers by COPY, and hands on what comes as it is asked for: pg itself
 * drops the data of a copy. Nothing is read from the server while `most` bytes wait. Whoever stops
 * before the end, by the signal or otherwise, loses the connection: the server ends its work then.
 */
export async function* copyOut(
  session: PostgresSession,
  sql: string,
  signal: AbortSignal,
): AsyncGenerator<CopyEvent> {
  const { stream } = session.client.connection;
  let queue: CopyEvent[] = [];
  let [held, set, ended] = [0, 0, false];
  const failures: JemError[] = [];
  let wake = (): void => {};
  const add = (event: CopyEvent, bytes: number): void => {
    queue.push(event);
    held += bytes;
    if (held > most) stream.pause();
    wake();
  };
  const end = (): void => {
    ended = true;
    wake();
  };
  signal.throwIfAborted();
  signal.addEventListener('abort', end, { once: true });
  session.client.query({
    submit: (connection: Connection) => connection.query(sql),
    handleRowDescription: () => {
      set++;
    },
    handleDataRow: ({ fields }: { readonly fields: readonly (string | null)[] }) =>
      add({ kind: 'row', set, fields }, 0),
    // pg uses the memory of a message again.
    handleCopyData: ({ chunk }: { readonly chunk: Buffer }) =>
      add({ kind: 'copy', bytes: Buffer.from(chunk) }, chunk.length),
    handleCommandComplete: () => {},
    handleError: (error: unknown) => {
      failures.push(session.failure(error));
      end();
    },
    handleReadyForQuery: end,
  });
  try {
    for (;;) {
      const events = queue;
      queue = [];
      held = 0;
      if (!ended) stream.resume();
      yield* events;
      if (queue.length > 0) continue;
      signal.throwIfAborted();
      if (failures[0]) throw failures[0];
      if (ended) return;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal.removeEventListener('abort', end);
    if (!ended || failures.length > 0 || signal.aborted) stream.destroy();
  }
}

/**
 * Runs a statement that asks for data by COPY, and sends it as fast as the server takes it. Throws
 * the server's error, or what the source throws; the connection is lost then.
 */
export async function copyIn(
  session: PostgresSession,
  sql: string,
  source: AsyncIterable<Buffer>,
): Promise<void> {
  const { connection } = session.client;
  const failures: unknown[] = [];
  const send = async (): Promise<void> => {
    try {
      for await (const piece of source)
        if (!connection.stream.write(frame('d', piece))) await once(connection.stream, 'drain');
      connection.stream.write(frame('c', Buffer.alloc(0)));
    } catch (error) {
      failures.push(error);
      connection.stream.destroy();
    }
  };
  const answered = (): Promise<void> =>
    new Promise((resolve, reject) => {
      session.client.query({
        submit: () => connection.query(sql),
        handleCopyInResponse: () => void send(),
        handleRowDescription: () => {},
        handleDataRow: () => {},
        handleCommandComplete: () => {},
        handleError: reject,
        handleReadyForQuery: () => resolve(),
      });
    });
  try {
    await answered();
  } catch (error) {
    if (failures.length > 0) throw failures[0];
    throw session.failure(error);
  }
}

/** A message of the protocol: its kind, its length, its bytes. */
function frame(kind: 'd' | 'c', bytes: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(kind, 'latin1');
  head.writeUInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
}
