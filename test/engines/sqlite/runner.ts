import { createRequire } from 'node:module';
import { join } from 'node:path';
import { execa, type Subprocess } from 'execa';
import { rolldown } from 'rolldown';
import { inject } from 'vitest';
import { until } from '../../support/until.ts';

const require = createRequire(import.meta.url);
let bundle: Promise<string> | undefined;

/** The runner as one file of JavaScript: Node 20 cannot run TypeScript. */
async function bundled(): Promise<string> {
  const file = join(inject('runFolder'), `sqlite-runner-${process.pid}.mjs`);
  const build = await rolldown({
    input: join(import.meta.dirname, 'runner-process.ts'),
    platform: 'node',
    transform: { target: 'node20' },
    plugins: [
      {
        name: 'driver-of-this-project',
        resolveId: (source) =>
          source === 'better-sqlite3' ? { id: require.resolve(source), external: true } : null,
      },
    ],
  });
  await build.write({ file, format: 'esm', codeSplitting: false });
  await build.close();
  return file;
}

interface Ended {
  readonly exitCode?: number;
  readonly stderr: string;
}

export interface Runner {
  readonly process: Pick<Subprocess, 'kill'> & PromiseLike<Ended>;
  /** What it has told so far. */
  readonly told: readonly Record<string, unknown>[];
  /** Waits until it has told so many lines. */
  lines(count: number): Promise<void>;
}

/** Starts a runner in its own process: see runner-process.ts for the tasks. */
export async function startRunner(
  args: readonly [task: string, file: string, argument?: string],
  user?: { uid: number; gid: number },
): Promise<Runner> {
  bundle ??= bundled();
  const process = execa('node', [await bundle, ...args.filter((arg) => arg !== undefined)], {
    reject: false,
    ...user,
  });
  const told: Record<string, unknown>[] = [];
  let rest = '';
  process.stdout.on('data', (piece: Buffer) => {
    const lines = (rest + piece.toString()).split('\n');
    rest = lines.pop() ?? '';
    told.push(...lines.map(parsed));
  });
  const lines = async (count: number): Promise<void> => {
    await until(`${count} lines of the runner`, () => told.length >= count);
  };
  return { process, told, lines };
}

function parsed(line: string): Record<string, unknown> {
  return JSON.parse(line);
}
