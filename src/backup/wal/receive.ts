import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Session } from '../../engines/engine.ts';
import type { WalReceiver } from '../../engines/archiving.ts';
import { JemError } from '../../errors.ts';
import type { Repository } from '../../repository/contract.ts';
import { requireNamed, requireOwn } from './cluster.ts';
import { lockSpool, openSpool, type Spool } from './spool.ts';

export interface ReceiveOptions {
  /** Opens a session with the server, each time anew: it may have moved. */
  readonly connect: () => Promise<Session>;
  readonly binaries: string | null;
  /** Folder for what has come and is not archived yet; a folder for each cluster is made in it. */
  readonly spool: string;
  readonly slot: string | null;
  readonly synchronous: boolean;
  readonly systemIdentifier: string | null;
  /** Milliseconds between copies of the segment that is being filled. */
  readonly every: number;
  readonly signal: AbortSignal;
  readonly onNote: (text: string) => void;
  readonly onDetail: (text: string) => void;
}

/** Milliseconds before it connects again: doubled each time, and from the start after success. */
const firstPause = 500;
const longestPause = 30_000;
/** Milliseconds between looks for finished segments. */
const look = 200;

/**
 * Streams the log of a server into the archive until the signal fires, which is thrown then, after
 * all that had come is archived. A connection that is lost is made again. `repository` must not
 * be bound to the signal. Throws what trying again does not mend.
 */
export async function receiveWal(repository: Repository, options: ReceiveOptions): Promise<never> {
  const { signal, onNote } = options;
  let isOurs = false;
  const onArrived = (): void => {
    wait = firstPause;
    isOurs = true;
  };
  let wait = firstPause;
  for (;;) {
    signal.throwIfAborted();
    try {
      await streamOnce(repository, options, onArrived);
    } catch (error) {
      // What could not be archived any more is told with the signal.
      if (signal.aborted || !(error instanceof JemError && error.retryable)) throw error;
      // A slot that was ours stays in use until the server has seen that a connection is gone.
      if (error.code === 'wal-receiver-busy' && !isOurs) throw error;
      onNote(`${error.message}; trying again in ${wait / 1000} s`);
    }
    await pause(wait, undefined, { signal }).catch(() => {});
    wait = Math.min(wait * 2, longestPause);
  }
}

/** Makes or drops a replication slot. */
export async function changeSlot(
  act: 'create' | 'drop',
  name: string,
  { connect, binaries, signal }: Pick<ReceiveOptions, 'connect' | 'binaries' | 'signal'>,
): Promise<void> {
  await using session = await connect();
  const server = await logOf(session);
  await using receiver = await server.receiver({ binaries, signal });
  await receiver.slot(act, name);
}

async function streamOnce(
  repository: Repository,
  options: ReceiveOptions,
  onArrived: () => void,
): Promise<void> {
  const { signal, onDetail } = options;
  const { systemIdentifier, receiver } = await meet(repository, options);
  await using _receiver = receiver;
  const archive = repository.wal(systemIdentifier);
  const folder = join(options.spool, systemIdentifier);
  await using _lock = await lockSpool(folder, signal);
  const spool = await openSpool(archive, folder, signal);
  const stop = new AbortController();
  let failure: unknown = null;
  const shipping = shipOn(spool, options, stop.signal, onArrived).catch((error: unknown) => {
    failure = error;
    // Else the spool would fill.
    stop.abort();
  });
  try {
    const until = AbortSignal.any([signal, stop.signal]);
    await receiver.stream({ ...options, folder, signal: until, onLine: onDetail });
  } catch (error) {
    failure ??= error;
  }
  stop.abort();
  await shipping;
  throw failure;
}

/** Whom it streams from, checked against what the repository is for. */
async function meet(
  repository: Repository,
  { connect, binaries, systemIdentifier: named, signal }: ReceiveOptions,
): Promise<{ readonly systemIdentifier: string; readonly receiver: WalReceiver }> {
  await using session = await connect();
  const server = await logOf(session);
  const { systemIdentifier } = await server.state();
  requireNamed(systemIdentifier, named);
  const isKnown = await repository.wal(systemIdentifier).exists();
  if (named === null && !isKnown) await requireOwn(repository, systemIdentifier);
  return { systemIdentifier, receiver: await server.receiver({ binaries, signal }) };
}

async function logOf(session: Session) {
  if (session.wal) return session.wal();
  throw new JemError('usage', `${session.engine.title} has no log that can be streamed`, {
    hint: 'Name a server: -d postgres://…',
  });
}

/** Archives what comes until it is stopped, and then what is left. */
async function shipOn(
  spool: Spool,
  { every, onDetail }: ReceiveOptions,
  stop: AbortSignal,
  onArrived: () => void,
): Promise<void> {
  let copiedAt = 0;
  for (let last = false; ;) {
    last = stop.aborted;
    const shipped = await spool.ship();
    if (shipped.length > 0) onArrived();
    for (const name of shipped) onDetail(`${name}: stored`);
    if (last || performance.now() - copiedAt >= every) {
      const partial = await spool.shipPartial();
      if (partial !== null) onDetail(`${partial}: stored`);
      copiedAt = performance.now();
    }
    if (last) return;
    await pause(look, undefined, { signal: stop }).catch(() => {});
  }
}
