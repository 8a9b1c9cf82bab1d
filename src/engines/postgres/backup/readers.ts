import { JemError } from '../../../errors.ts';
import { pause } from '../pause.ts';
import { majorOf } from '../scratch/binaries.ts';
import { rollBack } from '../rollback.ts';
import type { PostgresSession } from '../session.ts';
import { literal } from '../quoting.ts';
import { beginReading, pins } from './pins.ts';
import { lockStatement, type Snapshot } from './snapshot.ts';
import { together } from './together.ts';
import type { Row } from '../../values.ts';

/** One SELECT of a single row, of one table or of none. */
export interface Reading {
  readonly sql: string;
  readonly table: { readonly schema: string; readonly name: string } | null;
  /** For the order, and for the progress. */
  readonly bytes: number;
  readonly done: (row: Row) => void;
}

/** Milliseconds between two requests to cancel: one may come between two statements. */
const apart = 300;

/**
 * Works off readings of one snapshot, the largest first, in the session that holds it and in as
 * many more as `jobs` allows. A table that somebody waits to change is left to the session that
 * has it locked: another would wait behind that somebody, who waits for us.
 */
export async function readAll(
  holder: PostgresSession,
  snapshot: Snapshot,
  readings: readonly Reading[],
  { jobs, signal }: { readonly jobs: number; readonly signal: AbortSignal },
): Promise<void> {
  const queue = readings.toSorted((a, b) => b.bytes - a.bytes);
  const left: Reading[] = [];
  const own = async (ended: AbortSignal): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) await read(holder, next, ended);
  };
  const other = async (ended: AbortSignal): Promise<void> => {
    if (queue.length === 0) return;
    await using session = await holder.connectAgain(ended);
    await enter(session, snapshot);
    for (let next = queue.shift(); next; next = queue.shift()) {
      if (await mayRead(session, next)) await read(session, next, ended);
      else left.push(next);
    }
    await rollBack(session.client);
  };
  const others = Array.from({ length: Math.min(jobs, readings.length) - 1 }, () => other);
  await together(signal, [own, ...others]);
  for (const reading of left) await read(holder, reading, signal);
}

async function enter(session: PostgresSession, { name }: Snapshot): Promise<void> {
  const opening = [
    ...beginReading(majorOf(session.serverVersion)),
    `SET TRANSACTION SNAPSHOT ${literal(name)}`,
    ...pins(),
  ];
  await session.query(opening.join('; '));
}

async function mayRead(session: PostgresSession, { table }: Reading): Promise<boolean> {
  if (table === null) return true;
  try {
    await session.query(
      `SAVEPOINT jem_db_table; ${lockStatement([table])} NOWAIT; RELEASE jem_db_table`,
    );
    return true;
  } catch (error) {
    if (!(error instanceof JemError && error.code === 'lock-timeout')) throw error;
    await session.query('ROLLBACK TO jem_db_table');
    return false;
  }
}

async function read(
  session: PostgresSession,
  reading: Reading,
  signal: AbortSignal,
): Promise<void> {
  const [row] = await cancellable(session, signal, () => session.query(reading.sql));
  if (row) reading.done(row);
}

/** Has the server stop what it does when the signal fires, and throws the signal's reason then. */
export async function cancellable<T>(
  session: PostgresSession,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const ended = new AbortController();
  const cancel = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await session.cancel();
      await pause(apart, ended.signal);
    }
  };
  const stop = (): void => void cancel();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    ended.abort();
    signal.removeEventListener('abort', stop);
  }
}
