import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { commands } from '../commands/all.ts';
import type { Context } from '../commands/context.ts';
import { inputOf } from '../commands/input.ts';
import type { TargetSummary } from '../output/envelope.ts';
import { paintFor } from '../output/paint.ts';
import { environmentOf, readOnce } from './context.ts';
import { guardAgainstStrays } from './guard.ts';
import { type FromThread, packed, type Task, type ToThread, unpacked } from './messages.ts';

/** Runs the command that this thread was started for, and answers the main thread. */
export async function answerMain(): Promise<void> {
  if (!parentPort) throw new TypeError('not in a thread');
  const port = parentPort;
  const controller = new AbortController();
  const ended = guardAgainstStrays(controller);
  port.on('message', (message: ToThread) => {
    if (message.kind === 'abort') controller.abort(unpacked(message.reason));
  });
  // Else a run that waits for something that will never happen would never end.
  port.unref();
  const answer = await answerTo(workerData as Task, port, controller.signal);
  ended();
  try {
    port.postMessage(answer);
  } catch (error) {
    port.postMessage({ kind: 'failed', error: packed(error) } satisfies FromThread);
  }
}

async function answerTo(task: Task, port: MessagePort, signal: AbortSignal): Promise<FromThread> {
  try {
    const command = commands.find(({ name }) => name === task.command);
    if (!command) throw new TypeError(`no command ${task.command}`);
    const context = contextOf(task, port, signal);
    const { result, exitCode, render } = await command.execute(inputOf(task.typed), context);
    if (task.form === 'json') return { kind: 'done', result, text: '', exitCode };
    const text = render(await paintFor(task.form === 'coloured text'));
    return { kind: 'done', result: {}, text, exitCode };
  } catch (error) {
    return { kind: 'failed', error: packed(error) };
  }
}

function contextOf(
  { settings, env, texts, progress, form }: Task,
  port: MessagePort,
  signal: AbortSignal,
): Context {
  const tell = (message: FromThread): void => port.postMessage(message);
  let aimedAt: TargetSummary | null = null;
  return {
    settings,
    environment: environmentOf(env),
    program: [process.execPath, process.argv[1] ?? ''],
    signal,
    read: readOnce(new Map(texts)),
    report: {
      get target() {
        return aimedAt;
      },
      warn: (warning) => tell({ kind: 'warn', warning }),
      note: (text) => tell({ kind: 'note', text }),
      detail: (text) => tell({ kind: 'detail', text }),
      progress: (text) => {
        if (progress) tell({ kind: 'progress', text });
      },
      draw: async (render) => {
        tell({ kind: 'draw', text: render(await paintFor(form === 'coloured text')) });
        // Where nobody reads, the main thread ends this one.
        return true;
      },
      aim: (target) => {
        aimedAt = target;
        tell({ kind: 'aim', target });
      },
    },
    confirm: (question, shown) =>
      new Promise<void>((resolve, reject) => {
        const onReply = (reply: ToThread): void => {
          if (reply.kind === 'abort') return;
          port.off('message', onReply);
          port.unref();
          if (reply.kind === 'agreed') resolve();
          else reject(signal.aborted ? signal.reason : unpacked(reply.error));
        };
        port.on('message', onReply);
        port.ref();
        tell({ kind: 'confirm', question, shown });
      }),
  };
}
