import { resolve } from 'node:path';
import { execa } from 'execa';

export const cliPath = resolve(import.meta.dirname, '../../bin/jem-db.js');

export interface CliOptions {
  readonly cwd: string;
  /** The whole environment but PATH and HOME (which is `cwd`). */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; empty when not given. */
  readonly input?: string;
  /** Milliseconds until the test gives up on the command; 50 s unless told. */
  readonly timeout?: number;
}

type AnyResult = Readonly<Record<string, unknown>>;

/** The document that `--json` prints; `result` as the test expects it for that command. */
export interface JsonDocument<Result = AnyResult> {
  readonly schema: string;
  readonly command: string;
  readonly ok: boolean;
  readonly exitCode: number;
  readonly target: Readonly<Record<string, unknown>> | null;
  readonly result: Result;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  readonly error: Readonly<Record<string, unknown>> | null;
  readonly startedAt: string;
  readonly durationMs: number;
}

export interface CliResult {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Parses stdout as the one JSON document. */
  readonly json: <Result = AnyResult>() => JsonDocument<Result>;
}

/** The command's environment: nothing of this machine but PATH. */
export function cliEnvironment(options: CliOptions): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: options.cwd, ...options.env };
}

/** Starts the built command line and returns the running child; awaiting it never throws. */
export function startJemDb(args: readonly string[], options: CliOptions) {
  return execa(process.execPath, [cliPath, ...args], {
    cwd: options.cwd,
    env: cliEnvironment(options),
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    input: options.input ?? '',
    timeout: options.timeout ?? 50_000,
    killSignal: 'SIGKILL',
  });
}

/** Runs the built command line to its end; throws only where it does not end in time. */
export async function jemDb(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const result = await startJemDb(args, options);
  const { exitCode, signal, stdout, stderr } = result;
  if (result.timedOut) {
    throw new Error(`jem-db ${args.join(' ')} did not end in time.\n${stdout}\n${stderr}`);
  }
  return { exitCode, signal, stdout, stderr, json: () => JSON.parse(stdout) };
}
