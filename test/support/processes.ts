import { readFile } from 'node:fs/promises';
import { until } from './until.ts';

/** Sends a signal; false where that process is gone already. */
export function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

async function isRunning(pid: number): Promise<boolean> {
  if (!signalProcess(pid, 0)) return false;
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/\) Z /.test(status);
}

/** Waits until a process has ended; a zombie counts as ended. */
export async function processEnd(pid: number): Promise<void> {
  await until(`the end of process ${pid}`, async () => !(await isRunning(pid)));
}

/** Process ids of the direct children (Linux). */
export async function childrenOf(pid: number): Promise<number[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return list.split(' ').filter(Boolean).map(Number);
}
