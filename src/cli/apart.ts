import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../bin/worker.cjs';
import type { Outcome } from '../commands/command.ts';
import type { Context } from '../commands/context.ts';
import { Interrupted, JemError } from '../errors.ts';
import { type FromThread, packed, type Task, type ToThread, unpacked } from './messages.ts';

/** How long after a signal the thread may take before the user is told why: milliseconds. */
const sayAfter = 300;

interface Surroundings extends Pick<Context, 'report' | 'confirm' | 'signal'> {
  /** Told what the thread writes to its own stdout and stderr. */
  readonly onWords: (text: string) => void;
}

/** A command's `execute` in a thread of its own, for which the main thread tells and asks. */
export async function executeApart(task: Task, surroundings: Surroundings): Promise<Outcome> {
  const { signal, onWords } = surroundings;
  signal.throwIfAborted();
  const worker = startWorker(task);
  for (const stream of [worker.stdout, worker.stderr])
    stream.setEncoding('utf8').on('data', onWords);
  const told = new AbortController();
  try {
    return await new Promise<Outcome>((resolve, reject) => {
      worker.on('message', (message: FromThread) => {
        if (message.kind === 'done') resolve(outcomeOf(message));
        else if (message.kind === 'failed') reject(unpacked(message.error));
        else hear(message, worker, surroundings);
      });
      worker.on('error', reject);
      worker.on('exit', () => reject(endedEarly()));
      const stop = (): void => stopWorker(worker, surroundings, told.signal);
      signal.addEventListener('abort', stop, { signal: told.signal });
    });
  } finally {
    told.abort();
  }
}

function outcomeOf({ result, text, exitCode }: Extract<FromThread, { kind: 'done' }>): Outcome {
  return { result, exitCode, render: () => text };
}

function hear(
  message: Exclude<FromThread, { kind: 'done' | 'failed' }>,
  worker: Worker,
  { report, confirm }: Surroundings,
): void {
  const reply = (to: ToThread): void => worker.postMessage(to);
  switch (message.kind) {
    case 'warn':
      return report.warn(message.warning);
    case 'aim':
      return report.aim(message.target);
    case 'confirm':
      confirm(message.question, message.shown).then(
        () => reply({ kind: 'agreed' }),
        (error: unknown) => reply({ kind: 'refused', error: packed(error) }),
      );
      return;
    case 'draw':
      report
        .draw(() => message.text)
        .then(
          (isRead) => isRead || reply({ kind: 'abort', reason: packed(new Interrupted('SIGINT')) }),
          () => {},
        );
      return;
    default:
      return report[message.kind](message.text);
  }
}

function stopWorker(worker: Worker, { report, signal }: Surroundings, told: AbortSignal): void {
  worker.postMessage({ kind: 'abort', reason: packed(signal.reason) } satisfies ToThread);
  const saying = setTimeout(
    () =>
      report.note(
        'Stopping: what runs just now cannot be interrupted and has to end first. A second signal leaves at once.',
      ),
    sayAfter,
  );
  told.addEventListener('abort', () => clearTimeout(saying));
}

function endedEarly(): JemError {
  return new JemError('internal', 'The run was ended from inside', {
    why: 'A JavaScript migration has called process.exit(); if there is none, this is a bug in jem-db.',
    hint: 'Let it throw an error or return; else please report this to the project’s issue tracker.',
  });
}
