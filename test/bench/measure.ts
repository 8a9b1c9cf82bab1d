import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

export interface Command {
  /** Absolute path of the program. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The environment besides PATH and HOME (which is `cwd`). */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Measurement {
  readonly wallMs: number;
  /** user + sys. */
  readonly cpuMs: number;
  readonly peakMiB: number;
  /** Of the process itself, without those it started; 0 where it ended at once. */
  readonly ownPeakMiB: number;
}

const script = join(import.meta.dirname, 'measure.py');

/** Runs a command to its end; throws with its last words where it fails. */
export async function measure(command: Command): Promise<Measurement> {
  const { program, args, cwd } = command;
  const log = join(cwd, 'output.log');
  const { stdout } = await execa('/usr/bin/python3', ['-S', '-E', script, log, program, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, ...command.env },
    extendEnv: false,
  });
  const { exitCode, ...measurement } = JSON.parse(stdout);
  if (exitCode === 0) return measurement;
  const said = await readFile(log, 'utf8');
  throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}:\n${said.slice(-2000)}`);
}

/** The value in the middle; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/** Median of the ratios of paired rounds. */
export function medianRatio(
  ours: readonly Measurement[],
  theirs: readonly Measurement[],
  what: keyof Measurement,
): number {
  return median(ours.map((one, round) => one[what] / (theirs[round]?.[what] ?? Number.NaN)));
}
