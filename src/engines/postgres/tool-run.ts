import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type ProgramOptions, startProgram } from './programs.ts';

/**
 * Ends the program when its own standard input ends, which comes when jem-db closes it and also
 * when jem-db is killed.
 */
const watcher = `
exec 3<&0
"$@" < /dev/null 3<&- & tool=$!
{ read -r _ <&3; kill "$tool"; } 2> /dev/null & reader=$!
exec 3<&-
wait "$tool"; status=$?
kill "$reader" 2> /dev/null
exit "$status"
`;

export interface ToolRun {
  readonly ok: boolean;
  /** The last lines that were kept; empty where nothing was said. */
  readonly lines: readonly string[];
}

export interface ToolRunOptions extends Pick<ProgramOptions, 'user' | 'cwd' | 'env' | 'signal'> {
  /** Each line of standard error as it comes; false: it is not worth keeping. */
  readonly onLine: (line: string) => boolean;
}

const most = 200;
/** Characters; a line may hold a whole row. */
const longest = 4000;
/** Milliseconds a program has to end in good order. */
const patience = 10_000;

/**
 * Runs a program of PostgreSQL to its end and hands on what it says meanwhile. It ends when the
 * signal fires and when this process is gone, however that happens. Throws the signal's reason
 * alone, after the program has ended.
 */
export async function runTool(
  file: string,
  args: readonly string[],
  { onLine, signal, ...where }: ToolRunOptions,
): Promise<ToolRun> {
  signal.throwIfAborted();
  const child = startProgram('/bin/sh', ['-c', watcher, 'sh', file, ...args], where);
  const ended = once(child, 'close').then(
    ([code]) => code === 0,
    () => false,
  );
  child.stdin?.on('error', () => {});
  let late: NodeJS.Timeout | undefined;
  const stop = () => {
    child.stdin?.end();
    // The child leads a group of its own, with the program in it.
    late = setTimeout(() => killGroup(child.pid), patience);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const lines = await kept(child.stderr, onLine);
    const ok = await ended;
    signal.throwIfAborted();
    return { ok, lines };
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(late);
  }
}

async function kept(
  stderr: NodeJS.ReadableStream | null,
  onLine: ToolRunOptions['onLine'],
): Promise<readonly string[]> {
  const lines: string[] = [];
  if (stderr === null) return ['Its output could not be read.'];
  for await (const line of createInterface({ input: stderr })) {
    if (!onLine(line)) continue;
    lines.push(line.slice(0, longest));
    if (lines.length > most) lines.shift();
  }
  return lines;
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
