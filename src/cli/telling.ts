import { writeSync } from 'node:fs';
import type { Command, Outcome } from '../commands/command.ts';
import type { GlobalOptions } from '../commands/program.ts';
import type { Warning } from '../engines/engine.ts';
import { exitCodeOfFailure, exitCodes, type ExitReader, JemError } from '../errors.ts';
import { type Envelope, errorDocument, type TargetSummary } from '../output/envelope.ts';
import { renderError } from '../output/error.ts';
import { noPaint } from '../output/paint.ts';
import type { Terminal } from '../output/terminal.ts';
import { withoutSecrets } from '../secrets.ts';
import { version } from '../version.ts';
import { originalStack } from './origin.ts';

/** What one run tells: gathered while it runs, printed once at its end. */
export interface Run {
  readonly startedAt: Date;
  command: string;
  options: GlobalOptions;
  terminal: Terminal;
  target: TargetSummary | null;
  readonly warnings: Warning[];
  /** The command works in a thread of its own, for whose end an exit would wait. */
  apart: boolean;
  readonly exitReader: ExitReader;
  /** Its end is being told already. */
  told: boolean;
}

/** Prints the result, and returns the exit code. Throws `output-failed`. */
export async function finish(
  run: Run,
  { silentWhenWell }: Command,
  outcome: Outcome,
): Promise<number> {
  run.told = true;
  const { exitCode: code, result, render } = outcome;
  if (run.options.json) await print(run, { ok: code === 0, exitCode: code, result, error: null });
  else if (run.options.quiet && silentWhenWell && code === 0) run.terminal.done();
  else await written(run.terminal.result(render));
  return code;
}

/** Prints an error, and returns its exit code. `thrown` is what became that error. */
export async function fail(run: Run, error: JemError, thrown: unknown): Promise<number> {
  run.told = true;
  if (error.exitCode === exitCodes.bug.code) reportBug(thrown, run);
  if (run.options.json)
    await print(run, endingIn(run, error)).catch((lost: JemError) =>
      run.terminal.error(lost).catch(unheard),
    );
  else if (run.exitReader === 'monitoring plugin')
    await run.terminal.result(() => pluginLine(error));
  else await run.terminal.error(error).catch(unheard);
  return exitCodeOfFailure(error.exitCode, run.exitReader);
}

/** What a monitoring system shows of a check that could not be run: it reads stdout alone. */
function pluginLine({ message }: JemError): string {
  return `JEM-DB UNKNOWN: ${message.replaceAll(/[\n|]/g, ' ')}\n`;
}

/** Prints an error at once, past streams that might not be ready, unless the end is told already. */
export function lastWords(run: Run, error: JemError): void {
  run.terminal.done();
  if (run.told) return;
  run.told = true;
  if (run.options.json) writeNow(1, documentOf(run, endingIn(run, error)));
  else writeNow(2, renderError(error, noPaint, run.options.verbose));
}

function writeNow(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;)
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      // A pipe that is full is being read, or a third signal ends this.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
    }
}

/** Where stderr is full or closed the exit code alone tells; it must stay that of the error. */
function unheard(): void {}

type Ending = Pick<Envelope, 'ok' | 'exitCode' | 'result' | 'error'>;

function endingIn({ exitReader }: Run, error: JemError): Ending {
  const { details } = error;
  const exitCode = exitCodeOfFailure(error.exitCode, exitReader);
  return { ok: false, exitCode, result: details.result ?? {}, error: errorDocument(error) };
}

function documentOf({ startedAt, command, target, warnings }: Run, ending: Ending): string {
  const document: Envelope = {
    schema: 'jem-db/1',
    command,
    ok: ending.ok,
    exitCode: ending.exitCode,
    target,
    result: ending.result,
    warnings,
    error: ending.error,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function print(run: Run, ending: Ending): Promise<void> {
  return written(run.terminal.result(() => documentOf(run, ending)));
}

/** Waits until a result is written. Throws `output-failed`. */
export async function written(writing: Promise<void>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new JemError('output-failed', `The result could not be written to stdout (${code})`, {
      why: 'The disk is full, or the place that stdout was sent to cannot be written.',
      hint: 'What the command did is done; run it again, or ask for the status, to see the result.',
      cause: error,
    });
  }
}

function reportBug(thrown: unknown, { command }: Run): void {
  console.error(
    `jem-db ${version}, Node.js ${process.version}, ${process.platform}, ` +
      `command: ${command || '(none)'}\n${withoutSecrets(originalStack(thrown))}`,
  );
}
