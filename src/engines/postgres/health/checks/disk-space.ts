import { readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { postgresCheck } from '../check.ts';
import { inBytes } from '../words.ts';

interface Place {
  /** Of this session's process, on the server's machine. */
  readonly pid: number;
  readonly name: string;
  readonly path: string;
}

interface Disk extends Place {
  readonly used: number;
  readonly free: number;
}

/** Only the server's own machine can tell: SQL has no way to ask for the space left. */
export const diskSpace = postgresCheck<Place>({
  id: 'disk-space',
  title: 'disks of the server, in use',
  group: 'capacity',
  unit: '%',
  thresholds: { warning: 85, critical: 95 },
  source: 'check_postgres 90 and 95 %; jem-db 85 %',
  needs: 'pg_monitor',
  silentWithout: 'readAllSettings',
  sql: () => `
    SELECT pg_backend_pid() AS pid, name, path FROM (
      SELECT 0 AS nr, 'data directory' AS name, current_setting('data_directory') AS path
      UNION ALL SELECT 1, 'pg_wal', current_setting('data_directory') || '/pg_wal'
      UNION ALL SELECT 2, 'tablespace ' || spcname, pg_tablespace_location(oid) FROM pg_tablespace) p
    WHERE path <> '' ORDER BY nr, name`,
  async judge(rows) {
    const [data] = rows;
    if (!data || !(await isHere(data)))
      return {
        notApplicable:
          'the server runs on another machine, or in a container: its disks are not to be seen from here',
      };
    const seen = (await Promise.all(rows.map(diskOf))).filter((disk) => disk !== null);
    const disks = seen.toSorted((a, b) => b.used - a.used);
    const [worst] = disks;
    if (!worst) return { notApplicable: `${data.path} is not to be seen by this user` };
    return {
      status: null,
      value: Math.round(worst.used),
      summary: `${inBytes(worst.free)} are free where the ${worst.name} is, ${Math.round(worst.used)} % are used`,
      hint: `Find what grows under ${worst.path}: wal-directory, table-bloat, the log; move what can go. Never delete files in it by hand.`,
      objects: disks.map(({ name, path, used, free }) => ({
        name,
        value: Math.round(used),
        detail: `${Math.round(used)} % used, ${inBytes(free)} free in ${path}`,
      })),
    };
  },
});

/**
 * Whether the server's process is one of this machine, and the path the one that it means: both
 * belong to the same user, which a container or a tunnel would hardly match.
 */
async function isHere({ pid, path }: Place): Promise<boolean> {
  try {
    const [command, process, folder] = await Promise.all([
      readFile(join('/proc', String(pid), 'cmdline'), 'utf8'),
      stat(join('/proc', String(pid))),
      stat(path),
    ]);
    return command.includes('postgres') && process.uid === folder.uid;
  } catch {
    return false;
  }
}

/** Null where this user may not look; what is in there counts in with the data directory then. */
async function diskOf(place: Place): Promise<Disk | null> {
  try {
    const { bavail, bfree, blocks, bsize } = await statfs(place.path);
    const used = blocks - bfree;
    // As df has it: what is kept for root is not there for the server.
    return { ...place, used: (100 * used) / (used + bavail), free: bavail * bsize };
  } catch {
    return null;
  }
}
