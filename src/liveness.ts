import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Who is at work: what tells one process from all others, on this machine and elsewhere. */
export interface Liveness {
  readonly pid: number;
  /** In clock ticks since the boot; null where the system does not tell. */
  readonly startTime: string | null;
  readonly bootId: string | null;
  readonly pidNamespace: string | null;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** Milliseconds between the signs of life. */
export const beat = 30_000;
/** Milliseconds without a sign after which a process that cannot be seen is gone. */
export const silence = 15 * 60_000;

/** What this process says of itself. */
export async function ownLiveness(): Promise<Liveness> {
  return {
    pid: process.pid,
    startTime: await startTimeOf(process.pid),
    bootId: await readFile('/proc/sys/kernel/random/boot_id', 'utf8').then(trimmed, absent),
    pidNamespace: await readlink('/proc/self/ns/pid').catch(absent),
    host: hostname(),
    since: new Date().toISOString(),
  };
}

/** Reads what a process said of itself; null where it is not that. */
export function parseLiveness(text: string): Liveness | null {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' ? (found as Liveness | null) : null;
  } catch {
    return null;
  }
}

/** Whether a process is gone; null where it cannot be seen from here. */
export async function isGone(other: Liveness | null): Promise<boolean | null> {
  const own = await ownLiveness();
  if (other === null || own.bootId === null || own.startTime === null) return null;
  if (other.bootId !== own.bootId || other.pidNamespace !== own.pidNamespace) return null;
  return (await startTimeOf(other.pid)) !== other.startTime;
}

/** Who it is, for the reader. */
export function nameOf(other: Liveness | null): string {
  return other ? `process ${other.pid} on ${other.host}, since ${other.since}` : 'another process';
}

/** Null where there is no such process, or only what is left of one. */
async function startTimeOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(absent);
  // A program's name may hold anything, also parentheses.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? null : fields[19]!;
}

function trimmed(text: string): string {
  return text.trim();
}

function absent(): null {
  return null;
}
