import { spawn } from 'node:child_process';
import type { Occasion } from './occasion.ts';

/** How long a command may take, in milliseconds. */
const longest = 30_000;
/** What is kept of its last words. */
const mostWords = 500;

/**
 * Runs a shell command with the occasion as JSON on its standard input. Returns what went wrong,
 * in words; null: nothing.
 */
export function runCommand(
  command: string,
  occasion: Occasion,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  return new Promise((resolve) => {
    const told = { JEM_ALERT_EVENT: occasion.event, JEM_ALERT_TEXT: occasion.text };
    // A group of its own: what the command has started goes with it when its time is over.
    const child = spawn('/bin/sh', ['-c', command], {
      env: { ...env, ...told },
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
    });
    let words = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, longest);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-mostWords);
    });
    // One that does not read its input is well all the same.
    child.stdin.on('error', () => {});
    child.stdin.end(`${JSON.stringify(occasion)}\n`);
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve(`it could not be started (${error.message})`);
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      child.stderr.destroy();
      child.unref();
      if (code === 0) return resolve(null);
      const end = late ? 'it took too long' : `it ended with ${code ?? signal}`;
      resolve([end, words.trim().split('\n').at(-1)].filter(Boolean).join(': '));
    });
  });
}
