import { readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../../../health.ts';
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
  async judge(rows, _, thresholds) {
    const [data] = rows;
    const where = data ? await whereIs(data) : 'elsewhere';
    if (!data || where === 'elsewhere')
      return {
        notApplicable:
          'the server runs on another machine, or in a container: its disks are not to be seen from here',
      };
    if (where === 'closed') return closed([data]);
    const looked = await Promise.all(rows.map(diskOf));
    const disks = looked.filter((disk) => disk !== null).toSorted((a, b) => b.used - a.used);
    const unseen = rows.filter((_place, index) => looked[index] === null);
    const [worst] = disks;
    const least = thresholds?.warning ?? thresholds?.critical ?? Infinity;
    // Each may be a disk of its own.
    if (!worst || (unseen.length > 0 && worst.used < least)) return closed(unseen);
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

function closed(places: readonly Place[]): Finding {
  const paths = places.map(({ path }) => path).join(', ');
  return {
    status: 'unknown',
    value: null,
    summary: `this process (user id ${process.geteuid?.()}) may not look at ${paths}: what is free there is not to be seen`,
    hint: 'Run it as the user of the operating system that the server runs as: sudo -u postgres; or look yourself: sudo df -h with these paths.',
  };
}

/**
 * Whether the server's process is one of this machine, and the path the one that it means: both
 * belong to the same user, which a container or a tunnel would hardly match. `closed`: this user
 * may not see whose the path is.
 */
async function whereIs({ pid, path }: Place): Promise<'here' | 'closed' | 'elsewhere'> {
  try {
    const [command, process] = await Promise.all([
      readFile(join('/proc', String(pid), 'cmdline'), 'utf8'),
      stat(join('/proc', String(pid))),
    ]);
    if (!command.includes('postgres')) return 'elsewhere';
    return process.uid === (await stat(path)).uid ? 'here' : 'elsewhere';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'closed' : 'elsewhere';
  }
}

/** Null where this user may not look. */
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
