import { readFile, realpath, stat } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { DiskKind, Machine } from '../../engines/tuning.ts';
import { controlGroups, type Files } from './control-groups.ts';

/** A machine, and where each value was seen. */
export interface SeenMachine extends Machine {
  readonly ramFrom: string;
  readonly cpusFrom: string;
}

interface Process {
  readonly pid: number | 'self';
  /** Where its data lies; null: not known. */
  readonly dataFolder: string | null;
}

/**
 * What a process of this machine has to run on: the memory of the machine or of its control group,
 * whichever is less, and so with the CPUs. `root` stands before /proc and /sys.
 */
export async function machineOf({ pid, dataFolder }: Process, root = '/'): Promise<SeenMachine> {
  const files: Files = {
    read: (path) => readFile(join(root, path), 'utf8').catch(() => null),
  };
  const limits = await controlGroups(files, pid);
  const memory = (await memoryTotal(files)) ?? totalmem();
  const allowed = (await allowedCpus(files, pid)) ?? availableParallelism();
  const quota = limits.cpus === null ? Infinity : Math.max(1, Math.floor(limits.cpus));
  const isLimited = limits.memory !== null && limits.memory < memory;
  return {
    ram: isLimited ? limits.memory : memory,
    ramFrom: isLimited ? 'limit of its control group' : 'memory of this machine',
    cpus: Math.min(allowed, quota),
    cpusFrom: quota < allowed ? 'quota of its control group' : 'CPUs of this machine',
    disk: dataFolder === null ? null : await diskOf(dataFolder, root),
  };
}

async function memoryTotal({ read }: Files): Promise<number | null> {
  const kilobytes = /^MemTotal:\s*(\d+) kB/m.exec((await read('proc/meminfo')) ?? '')?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

/** `Cpus_allowed_list: 0-3,8` are five. */
async function allowedCpus({ read }: Files, pid: Process['pid']): Promise<number | null> {
  const status = (await read(`proc/${pid}/status`)) ?? '';
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1];
  if (list === undefined) return null;
  const counts = list.split(',').map((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return last - first + 1;
  });
  return counts.reduce((sum, each) => sum + each, 0);
}

/**
 * The kind of disk that a folder lies on, where the kernel can tell. What a virtual machine sees
 * of its disk is its host's word: only "does not turn" is believed of it.
 */
async function diskOf(folder: string, root: string): Promise<DiskKind | null> {
  try {
    const { dev } = await stat(folder, { bigint: true });
    const [major, minor] = deviceNumbers(dev);
    const device = await realpath(join(root, `sys/dev/block/${major}:${minor}`));
    const read = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null);
    const disk = (await read(join(device, 'partition'))) === null ? device : dirname(device);
    const rotational = (await read(join(disk, 'queue/rotational')))?.trim();
    return kindOf(basename(disk), rotational);
  } catch {
    return null;
  }
}

/** As sys/sysmacros.h of glibc takes a device number apart. */
function deviceNumbers(device: bigint): readonly [major: bigint, minor: bigint] {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn);
  return [major, minor];
}

function kindOf(name: string, rotational: string | undefined): DiskKind | null {
  if (name.startsWith('nvme')) return 'nvme';
  if (rotational === '0') return 'ssd';
  const isVirtual = /^(vd|xvd|dm-|md|loop|zd)/.test(name);
  return rotational === '1' && !isVirtual ? 'hdd' : null;
}
