import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { lastLines } from './scratch/log.ts';

/** Whom a program runs as; null: as this process does. */
export type OsUser = { readonly uid: number; readonly gid: number } | null;

export interface ProgramOptions {
  readonly user: OsUser;
  readonly cwd: string;
  /** Nothing of this process's own environment gets through. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Written to its standard input. */
  readonly input?: string;
}

export type ProgramResult =
  | { readonly ok: true; readonly stdout: string }
  /** `words`: the last lines that it wrote, or why it could not be started. */
  | { readonly ok: false; readonly words: string };

/** Runs a program to its end. Throws the signal's reason alone. */
export async function runProgram(
  file: string,
  args: readonly string[],
  { user, cwd, env, signal, input = '' }: ProgramOptions,
): Promise<ProgramResult> {
  const { execa } = await import('execa');
  const { failed, all, stdout, shortMessage } = await execa(file, args, {
    ...user,
    cwd,
    env,
    extendEnv: false,
    input,
    all: true,
    reject: false,
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (!failed) return { ok: true, stdout };
  return { ok: false, words: lastLines(all) ?? shortMessage ?? 'no reason was given' };
}

/**
 * Starts a program in a session of its own, so that Ctrl-C does not reach it, with pipes to its
 * standard input and from its errors. Without execa: loading that takes as long as PostgreSQL
 * takes to start. A program that cannot be started shows as the event `error`.
 */
export function startProgram(
  file: string,
  args: readonly string[],
  { user, cwd, env }: Pick<ProgramOptions, 'user' | 'cwd' | 'env'>,
): ChildProcess {
  return spawn(file, args, {
    ...user,
    cwd,
    env: { ...env },
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
  });
}

/**
 * Copies files and folders into a folder with owners, modes and times, sharing the blocks where
 * the file system can. Answers whether it went well; what is left of it otherwise is the caller's.
 */
export async function copyInto(folder: string, sources: readonly string[]): Promise<boolean> {
  const child = startProgram('cp', ['-a', ...sources, folder], {
    user: null,
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
  });
  child.stderr?.resume();
  const [code] = await once(child, 'exit').catch(() => [null]);
  return code === 0;
}
