import { DatabaseError, type Client, type Connection, type Submittable } from 'pg';
import type { Answer } from './message.ts';

/**
 * Runs one statement by the extended protocol and throws its rows away. The server itself then
 * refuses a text of several statements, so that none can hide behind another. Never rejects.
 */
export function sendStatement(client: Client, text: string): Promise<Answer> {
  return new Promise((resolve) => {
    client.query(new SingleStatement(text, resolve));
  });
}

/** The part of pg's own Query that a statement without parameters needs. */
class SingleStatement implements Submittable {
  readonly #text: string;
  readonly #settle: (answer: Answer) => void;
  #completed = 0;

  constructor(text: string, settle: (answer: Answer) => void) {
    this.#text = text;
    this.#settle = settle;
  }

  submit(connection: Connection): void {
    const { stream } = connection;
    stream.cork();
    connection.parse({ name: '', text: this.#text, types: [] }, true);
    connection.bind({}, true);
    connection.execute({ rows: '0' }, true);
    connection.sync();
    stream.uncork();
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

  /** The server waits for data, and has passed over the Sync: it needs another one. */
  handleCopyInResponse(connection: Connection): void {
    connection.stream.write(noData);
    connection.sync();
  }

  handleEmptyQuery(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCopyData(): void {}
  handlePortalSuspended(): void {}

  #end(error: unknown, lost: boolean): void {
    this.#settle({ completed: this.#completed, error, lost, at: performance.now() });
  }
}

const why = Buffer.from('jem-db has no data for COPY FROM STDIN\0');
const noData = Buffer.concat([Buffer.from('f'), lengthOf(why), why]);

function lengthOf(body: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(body.length + bytes.length);
  return bytes;
}
