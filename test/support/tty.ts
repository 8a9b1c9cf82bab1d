import { execa } from 'execa';
import { cliEnvironment, cliPath, type CliOptions } from './cli.ts';

export interface TerminalResult {
  readonly exitCode: number | undefined;
  /** What the terminal got: stdout and stderr together, escape sequences and all. */
  readonly output: string;
}

export interface TerminalOptions extends CliOptions {
  /** Width of the terminal; 80 unless told. */
  readonly columns?: number;
}

/** Runs the command line under a pseudo terminal. */
export function jemDbOnTerminal(
  args: readonly string[],
  options: TerminalOptions,
): Promise<TerminalResult> {
  return onTerminal([process.execPath, cliPath, ...args], options);
}

/** Runs any program under a pseudo terminal, with the environment the command line gets. */
export async function onTerminal(
  command: readonly string[],
  options: TerminalOptions,
): Promise<TerminalResult> {
  const size = `stty cols ${options.columns ?? 80} rows 24`;
  const line = `${size}; exec ${command.map(quoted).join(' ')}`;
  const { exitCode, stdout } = await execa('script', ['-qec', line, '/dev/null'], {
    cwd: options.cwd,
    env: { TERM: 'xterm-256color', SHELL: '/bin/sh', ...cliEnvironment(options) },
    extendEnv: false,
    reject: false,
    input: options.input ?? '',
    timeout: options.timeout ?? 50_000,
    killSignal: 'SIGKILL',
  });
  return { exitCode, output: stdout };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
