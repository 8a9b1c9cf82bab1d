import type { Session } from '../../engines/engine.ts';
import type {
  DiskKind,
  Machine,
  ServerTuning,
  Tuned,
  TuningWish,
  Workload,
} from '../../engines/tuning.ts';
import { JemError } from '../../errors.ts';
import { type HealthResult, runChecks } from '../run.ts';
import { machineOf } from './machine.ts';
import { memoryCheck } from './memory-check.ts';

export interface TuneOptions extends Machine {
  readonly signal: AbortSignal;
  readonly workload: Workload;
  readonly connections: number | null;
  readonly walDisk: number | null;
}

/** What the settings were held against, and where that is known from. */
export interface TunedMachine {
  readonly ram: number;
  readonly ramFrom: string;
  readonly cpus: number | null;
  readonly cpusFrom: string | null;
  readonly disk: DiskKind | null;
  readonly diskFrom: string | null;
}

export interface TuneResult
  extends Omit<Tuned, 'connectionsThatFit'>, Pick<HealthResult, 'status' | 'checks'> {
  readonly machine: TunedMachine;
  readonly workload: Workload;
}

/**
 * Holds the settings of a database against a machine and a workload, and applies nothing. What the
 * options leave out is looked for where the server runs on this machine; `root` stands before /proc
 * and /sys. Throws `usage` where the memory of the server is known to nobody.
 */
export async function tune(
  session: Session,
  options: TuneOptions,
  root?: string,
): Promise<TuneResult> {
  const tuning = await tuningOf(session);
  const machine = await machineFor(tuning, options, root);
  const { workload, connections, walDisk, signal } = options;
  const wish: TuningWish = { ...machine, workload, connections, walDisk };
  const { connectionsThatFit, ...tuned } = await tuning.advise(wish);
  const { ram } = machine;
  const looks = tuned.memory
    ? [memoryCheck({ ram, memory: tuned.memory, connectionsThatFit })]
    : [];
  const { status, checks } = await runChecks(looks, {
    ...{ thresholds: new Map(), budget: Infinity, signal, onCheck: () => {} },
  });
  return { ...tuned, machine, workload, checks, status: looks.length === 0 ? 'ok' : status };
}

async function tuningOf(session: Session): Promise<ServerTuning> {
  const tuning = await session.tuning?.();
  if (tuning) return tuning;
  throw new JemError('usage', `There is no advice for the settings of ${session.engine.title}`);
}

async function machineFor(
  tuning: ServerTuning,
  { ram, cpus, disk }: TuneOptions,
  root: string | undefined,
): Promise<TunedMachine> {
  const given = 'given';
  if (ram !== null && cpus !== null && disk !== null)
    return { ...{ ram, cpus, disk }, ramFrom: given, cpusFrom: given, diskFrom: given };
  const place = await tuning.place();
  const seen = place.here ? await machineOf(place, root) : null;
  const memory = ram ?? seen?.ram ?? null;
  if (memory === null) throw unknownMemory(place.here ? '' : place.why);
  return {
    ram: memory,
    ramFrom: ram === null ? (seen?.ramFrom ?? '') : given,
    cpus: cpus ?? seen?.cpus ?? null,
    cpusFrom: cpus === null ? (seen?.cpusFrom ?? null) : given,
    disk: disk ?? seen?.disk ?? null,
    diskFrom: disk !== null ? given : seen?.disk ? 'disk of this machine' : null,
  };
}

function unknownMemory(why: string): JemError {
  return new JemError('usage', 'The memory of the server is not known', {
    why: `It cannot be asked over a connection, and ${why || 'this machine does not tell'}.`,
    hint: 'Say what the server has: --ram 16GB --cpus 4 --disk ssd',
  });
}
