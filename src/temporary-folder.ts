import { readlinkSync, readdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for its owner alone; disposing removes it with all that lies in it. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a folder for what must not outlive this process: secrets, a restored database. `what` is a
 * word of its name. What processes that were killed have left of the same kind is removed first.
 * Throws as `mkdtemp` does.
 */
export async function temporaryFolder(what: string): Promise<TemporaryFolder> {
  const base = tmpdir();
  const start = `jem-db-${what}-${pidNamespace()}-`;
  sweep(base, start);
  const path = await mkdtemp(join(base, `${start}${process.pid}-`));
  return {
    path,
    async [Symbol.asyncDispose]() {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Containers that share a folder do not see each other's processes. */
function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '0';
  }
}

function sweep(base: string, start: string): void {
  for (const name of readdirSync(base)) {
    const pid =
      name.startsWith(start) && /^(\d+)-[A-Za-z0-9]{6}$/.exec(name.slice(start.length))?.[1];
    if (pid && isGone(Number(pid))) removeWherePossible(join(base, name));
  }
}

/** Another user's stays, and what another process sweeps at this moment is gone. */
function removeWherePossible(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // It stands in nobody's way.
  }
}

function isGone(pid: number): boolean {
  try {
    return !process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
