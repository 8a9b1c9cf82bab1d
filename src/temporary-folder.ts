import { lstatSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** A folder for its owner alone; disposing removes it with all that lies in it, and never throws. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a folder for what must not outlive this process: secrets, a restored database. `what` is a
 * word of its name. What processes that were killed have left of the same kind is removed first.
 * Throws as `mkdtemp` does.
 */
export async function temporaryFolder(what: string): Promise<TemporaryFolder> {
  sweepTemporary(what);
  const path = await mkdtemp(join(tmpdir(), `${startOf(what)}${process.pid}-`));
  // The umask may have taken the owner's own rights away.
  await chmod(path, 0o700);
  return {
    path,
    async [Symbol.asyncDispose]() {
      removed(path);
    },
  };
}

/** Removes what killed processes of this user have left of one kind; returns their paths. */
export function sweepTemporary(what: string): readonly string[] {
  const start = startOf(what);
  return readdirSync(tmpdir())
    .filter((name) => {
      const rest = name.startsWith(start) ? name.slice(start.length) : '';
      const pid = /^(\d+)-[A-Za-z0-9]{6}$/.exec(rest)?.[1];
      return pid !== undefined && isGone(Number(pid));
    })
    .map((name) => join(tmpdir(), name))
    .filter((path) => isOurs(path) && removed(path));
}

function startOf(what: string): string {
  return `jem-db-${what}-${pidNamespace()}-`;
}

/** Containers that share a folder do not see each other's processes. */
function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '0';
  }
}

/** Others can put names into that folder too, and change what is behind them while it is removed. */
function isOurs(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.isDirectory() && found.uid === userInfo().uid;
}

/** What cannot be removed now is swept by a later run. */
function removed(path: string): boolean {
  try {
    rmSync(path, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}

function isGone(pid: number): boolean {
  try {
    return !process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
