import { startSqliteThread } from '../../../../bin/sqlite-thread.cjs';
import { type Answers, type Reply, type Request, unpacked } from './thread-messages.ts';

type Asked<Kind extends keyof Answers> = Extract<Request, { kind: Kind }>;

/** A connection of its own, for reading, in a thread of its own. Disposing waits for its end. */
export interface SqliteThread extends AsyncDisposable {
  /** One thing at a time. Throws what SQLite throws there. */
  ask<Kind extends keyof Answers>(
    request: Asked<Kind> & { readonly kind: Kind },
    onPart?: () => void,
  ): Promise<Answers[Kind]>;
}

/** Opens `file`, which is absolute, in a new thread. */
export function startThread(file: string): SqliteThread {
  const worker = startSqliteThread(file);
  let waiting: { settle(reply: Reply): void; fail(error: Error): void } | null = null;
  let failure: Error | null = null;
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', () => resolve());
  });
  const fail = (error: Error): void => {
    failure ??= error;
    waiting?.fail(failure);
  };
  worker.on('message', (reply: Reply) => waiting?.settle(reply));
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('The thread has ended')));
  return {
    ask: (request, onPart) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        waiting = {
          fail: reject,
          settle(reply) {
            if (reply.kind === 'part') return onPart?.();
            waiting = null;
            if (reply.kind === 'failed') return reject(unpacked(reply.error));
            // What is asked decides what is answered.
            return resolve(reply.value as never);
          },
        };
        worker.postMessage(request);
      }),
    async [Symbol.asyncDispose]() {
      worker.postMessage({ kind: 'end' } satisfies Request);
      await ended;
    },
  };
}
