import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { rolldown } from 'rolldown';
import { inject } from 'vitest';
import { until } from '../support/until.ts';

let bundle: Promise<string> | undefined;

/** The worker as one file of JavaScript: Node 20 cannot run TypeScript. */
export function workerFile(): Promise<string> {
  return (bundle ??= bundled());
}

async function bundled(): Promise<string> {
  const file = join(inject('runFolder'), `repository-worker-${process.pid}.mjs`);
  const build = await rolldown({
    input: join(import.meta.dirname, 'worker-process.ts'),
    platform: 'node',
    transform: { target: 'node20' },
  });
  await build.write({ file, format: 'esm', codeSplitting: false });
  await build.close();
  return file;
}

interface WorkerOptions {
  readonly encrypted?: boolean;
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly env?: Readonly<Record<string, string>>;
  /** What runs the worker, as `['unshare', '--pid', '--fork']`. */
  readonly under?: readonly string[];
}

/** Starts a worker: see worker-process.ts for the tasks. */
export async function startWorker(task: string, location: string, options: WorkerOptions = {}) {
  const kind = options.encrypted ? 'encrypted' : 'plain';
  const [program = '', ...args] = [
    ...(options.under ?? []),
    ...[process.execPath, await workerFile(), task, location, kind],
  ];
  const child = execa(program, args, {
    reject: false,
    ...options.user,
    ...(options.env && { env: options.env }),
  });
  const told: Record<string, unknown>[] = [];
  createInterface(child.stdout).on('line', (line) => told.push(JSON.parse(line)));
  return {
    process: child,
    /** What it has told so far. */
    told,
    /** Waits until it has told so many lines. */
    lines: (count: number) =>
      until(`${count} lines of ${task}`, () => {
        if (child.exitCode !== null && told.length < count) throw new Error('it has ended');
        return told.length >= count;
      }),
  };
}

/** Runs a worker to its end; returns the last that it told. */
export async function work(task: string, location: string, options: WorkerOptions = {}) {
  const worker = await startWorker(task, location, options);
  const { stderr } = await worker.process;
  if (stderr) throw new Error(stderr);
  return worker.told.at(-1);
}
