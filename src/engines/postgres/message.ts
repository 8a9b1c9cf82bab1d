import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { DatabaseError, type Client, type Connection, type Submittable } from 'pg';

/** What the server made of one message of several statements. */
export interface Answer {
  /** Statements that it reported as done before it stopped. */
  readonly completed: number;
  /** null: all went well. */
  readonly error: unknown;
  /** The connection is gone. */
  readonly lost: boolean;
  /** When it was complete: `performance.now()`. */
  readonly at: number;
}

const terminator = Buffer.alloc(1);
/** Bytes handed to the socket at once; a long text goes out in slices of it, never copied. */
const slice = 256 * 1024;
const noData = Buffer.from('jem-db has no data for COPY FROM STDIN\0');

/**
 * Sends pieces of SQL as one message of the simple protocol and throws the rows of the answer
 * away. Never rejects. The session is ready for the next query when this resolves, unless lost.
 */
export function sendMessage(client: Client, parts: readonly Uint8Array[]): Promise<Answer> {
  return submit(client, ({ stream }, ended) => writeMessage(stream, parts, ended));
}

/**
 * Sends one statement by the extended protocol and throws its rows away. The server itself then
 * refuses a text of several statements, so that none can hide behind another. Never rejects.
 */
export function sendStatement(client: Client, text: string): Promise<Answer> {
  return submit(
    client,
    async (connection) => {
      const { stream } = connection;
      stream.cork();
      connection.parse({ name: '', text, types: [] }, true);
      connection.bind({}, true);
      connection.execute({ rows: '0' }, true);
      connection.sync();
      stream.uncork();
    },
    syncAgain,
  );
}

/** Where the server waits for data it has passed over the Sync, and needs another one. */
const syncAgain = (connection: Connection): void => connection.sync();

function submit(client: Client, write: Write, afterCopy?: AfterCopy): Promise<Answer> {
  return new Promise((resolve) => {
    client.query(new Message(write, resolve, afterCopy));
  });
}

/**
 * Sends several messages at one go: the server runs one behind the other without waiting for us.
 * It begins each of them whatever became of those before. As many answers as messages; behind the
 * loss of the connection all are lost. Never rejects.
 */
export function sendMessages(
  client: Client,
  messages: readonly (readonly Uint8Array[])[],
): Promise<readonly Answer[]> {
  const whole = Buffer.concat(
    messages.flatMap((parts) => [header('Q', lengthOf(parts) + 1), ...parts, terminator]),
  );
  return new Promise((resolve) => {
    const answers: Answer[] = [];
    // Each is made known to pg as soon as the one before is answered, before pg reads on.
    const next = (write: Write | null) => client.query(new Message(write, take));
    const take = (answer: Answer) => {
      answers.push(answer);
      const left = messages.length - answers.length;
      if (answer.lost)
        answers.push(...Array.from({ length: left }, () => ({ ...answer, completed: 0 })));
      if (answer.lost || left === 0) resolve(answers);
      else next(null);
    };
    next(async ({ stream }) => void stream.write(whole));
  });
}

type Write = (connection: Connection, ended: AbortSignal) => Promise<void>;
/** What follows the refusal of data for COPY. */
type AfterCopy = (connection: Connection) => void;

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

async function writeMessage(
  stream: Duplex,
  parts: readonly Uint8Array[],
  ended: AbortSignal,
): Promise<void> {
  stream.cork();
  stream.write(header('Q', lengthOf(parts) + 1));
  let written = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += slice) {
      const piece = part.subarray(at, at + slice);
      written += piece.length;
      if (written <= slice) stream.write(piece);
      else await writeAndWait(stream, piece, ended);
    }
  }
  stream.write(terminator);
  stream.uncork();
}

/** Lets the network set the pace, so that a large text does not pile up in buffers. */
async function writeAndWait(stream: Duplex, piece: Uint8Array, ended: AbortSignal): Promise<void> {
  ended.throwIfAborted();
  stream.uncork();
  if (!stream.write(piece)) await once(stream, 'drain', { signal: ended });
  stream.cork();
}

function header(kind: 'Q' | 'f', length: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.write(kind, 'latin1');
  bytes.writeUInt32BE(length + 4, 1);
  return bytes;
}

/** The part of pg's own Query that a message without parameters needs. */
class Message implements Submittable {
  /** null: it is on its way already. */
  readonly #write: Write | null;
  readonly #settle: (answer: Answer) => void;
  readonly #afterCopy: AfterCopy | undefined;
  readonly #ended: AbortController | null;
  #completed = 0;

  constructor(write: Write | null, settle: (answer: Answer) => void, afterCopy?: AfterCopy) {
    this.#write = write;
    this.#afterCopy = afterCopy;
    this.#ended = write && new AbortController();
    this.#settle = settle;
  }

  submit(connection: Connection): void {
    // A write fails only when the connection does, and then `handleError` is called.
    if (this.#write && this.#ended)
      this.#write(connection, this.#ended.signal).catch(() => connection.stream.destroy());
  }

  handleCommandComplete(): void {
    this.#completed++;
  }

  handleReadyForQuery(): void {
    this.#end(null, false);
  }

  handleError(error: unknown, connection: Connection): void {
    if (!(error instanceof DatabaseError)) return this.#end(error, true);
    // Behind an error the server is ready again, or it has closed the connection.
    const ready = () => end(false);
    const closed = () => end(true);
    const end = (lost: boolean) => {
      connection.off('readyForQuery', ready).off('end', closed);
      this.#end(error, lost);
    };
    connection.once('readyForQuery', ready).once('end', closed);
  }

  handleCopyInResponse(connection: Connection): void {
    connection.stream.write(Buffer.concat([header('f', noData.length), noData]));
    this.#afterCopy?.(connection);
  }

  handleEmptyQuery(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCopyData(): void {}
  handlePortalSuspended(): void {}

  #end(error: unknown, lost: boolean): void {
    this.#ended?.abort();
    this.#settle({ completed: this.#completed, error, lost, at: performance.now() });
  }
}
