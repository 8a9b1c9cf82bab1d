import { JemError } from '../errors.ts';
import type { OutputStreams } from './terminal.ts';
import { labelled } from './text.ts';

interface ConfirmOptions {
  readonly yes: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
  /** Stands above the question as it is; empty, or lines. */
  readonly shown: string;
}

interface ConfirmStreams extends OutputStreams {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
}

/**
 * Asks on the terminal and resolves on "yes". Throws `confirmation-needed` on any other answer,
 * and where there is nobody to ask.
 */
export async function confirm(
  question: string,
  streams: ConfirmStreams,
  { yes, json, signal, shown }: ConfirmOptions,
): Promise<void> {
  if (yes) return;
  if (json || !streams.stdin.isTTY || !streams.stderr.isTTY)
    throw new JemError('confirmation-needed', 'Refused: this needs your word', {
      why: `${question} There is no terminal here to ask on.`,
      hint: 'Give --yes to agree beforehand.',
    });
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: streams.stdin, output: streams.stderr });
  // On a terminal readline takes Ctrl-C for itself; hand it to the process's own handler.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await lines
      .question(`${shown}${labelled('', question)}\nType "yes" to go on: `, { signal })
      .catch(noAnswer(signal));
    if (answer?.trim().toLowerCase() === 'yes') return;
  } finally {
    lines.close();
  }
  throw new JemError('confirmation-needed', 'Stopped: you did not agree, nothing was changed');
}

/** Ctrl-D ends the input without an answer; a signal is told as one. */
function noAnswer(signal: AbortSignal): () => null {
  return () => {
    signal.throwIfAborted();
    return null;
  };
}
