import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import Driver from 'better-sqlite3';
import type { Database } from '../driver.ts';
import { addTo, type Digest } from './digest.ts';
import { newFingerprint, Stopped } from './fingerprint.ts';
import {
  type Answers,
  type Digests,
  type DigestTask,
  packed,
  type Reply,
  type Request,
  shared,
} from './thread-messages.ts';

/** Milliseconds. A reader waits for a recovery at most, and nobody else is in this thread. */
const busyTimeout = 10_000;

/** One end of the thread; the other is `startThread`. */
function serve(port: MessagePort, file: string): void {
  let opened: Database | null = null;
  const reply = (message: Reply): void => port.postMessage(message);
  port.on('message', (request: Request) => {
    if (request.kind === 'end') {
      opened?.close();
      port.close();
      return;
    }
    try {
      opened ??= open(file);
      reply({ kind: 'done', value: answer(opened, request, () => reply({ kind: 'part' })) });
    } catch (error) {
      reply({ kind: 'failed', error: packed(error) });
    }
  });
}

function open(file: string): Database {
  const db = new Driver(file, { readonly: true, fileMustExist: true, timeout: busyTimeout });
  // It scans: what it has read, it does not read again.
  db.pragma('cache_size = -2000');
  return db;
}

function answer(
  db: Database,
  request: Exclude<Request, { kind: 'end' }>,
  onPart: () => void,
): Answers[keyof Answers] {
  switch (request.kind) {
    case 'begin':
      // The transaction has its snapshot from the first look on.
      db.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
      return null;
    case 'digest':
      return digestsOf(db, request.task, onPart);
    default:
      return db.prepare<[]>(`PRAGMA ${request.source}`).pluck().all();
  }
}

/** What was done of it so far where the others have stopped: nobody asks for it any more. */
function digestsOf(
  db: Database,
  { tables, parts, board }: DigestTask,
  onPart: () => void,
): Digests {
  const digests = new Map<number, Digest>();
  const fingerprint = newFingerprint(db, () => board[shared.stop] === 1);
  try {
    for (;;) {
      const part = parts[Atomics.add(board, shared.nextPart, 1)];
      const table = part && tables[part.table];
      if (!table) return digests;
      addTo(digests, part.table, fingerprint(table, part.range));
      onPart();
    }
  } catch (error) {
    if (error instanceof Stopped) return digests;
    throw error;
  }
}

if (parentPort) serve(parentPort, String(workerData));
