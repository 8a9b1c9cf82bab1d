import type { TuningWish } from '../../tuning.ts';
import { rounded } from './units.ts';
import { exact, near, raise, type ServerTraits, type Wanted } from './wanted.ts';

const kB = 2 ** 10;
const MB = 2 ** 20;
const GB = 2 ** 30;

/** The settings of memory, by pgtune's formulas (see formulas.ts). Pure. */
export function memoryFormulas(wish: TuningWish, server: ServerTraits): readonly Wanted[] {
  const { workload, ram } = wish;
  const buffers = sharedBuffers(wish);
  const cleaning = maintenance(wish);
  const desktop = workload === 'desktop';
  const wanted = [
    near(
      'shared_buffers',
      buffers,
      `a ${desktop ? 'sixteenth' : 'quarter'} of the memory; the system caches files besides`,
    ),
    near(
      'effective_cache_size',
      rounded(desktop ? ram / 4 : (ram * 3) / 4),
      'what the planner may expect to be cached, there and by the system; takes no memory',
    ),
    near(
      'work_mem',
      workMem(wish, server),
      'for each sort and hash of each connection, so that all of them together still fit',
    ),
    near('maintenance_work_mem', cleaning, 'VACUUM and CREATE INDEX pass over a table less often'),
    raise('wal_buffers', walBuffers(buffers), 'three percent of shared_buffers, up to 16 MB'),
  ];
  if (cleaning >= 2 * GB)
    wanted.push(
      near(
        'autovacuum_work_mem',
        2 * GB,
        'or each worker of autovacuum could take all of maintenance_work_mem',
      ),
    );
  if (buffers >= 2 * GB)
    wanted.push(
      exact('huge_pages', 'try', 'large pages where some are set aside; else nothing changes'),
    );
  return wanted;
}

/** Bytes of the server's own cache. */
function sharedBuffers({ ram, workload }: TuningWish): number {
  return rounded(ram / (workload === 'desktop' ? 16 : 4));
}

function maintenance({ ram, workload }: TuningWish): number {
  return rounded(Math.min(ram / (workload === 'dw' ? 8 : 16), 8 * GB));
}

/** Half of what the cache leaves is kept free, and a query may sort in several places. */
function workMem(wish: TuningWish, { maxConnections }: ServerTraits): number {
  const { ram, workload, cpus } = wish;
  const workers = cpus !== null && cpus >= 4 ? cpus : 8;
  const sessions = (wish.connections ?? maxConnections) + workers;
  const share = { web: 1, oltp: 1, dw: 2, mixed: 2, desktop: 6 }[workload];
  return Math.max(4 * MB, rounded((ram - sharedBuffers(wish)) / (sessions * 3) / share));
}

/** As the server sets it by itself where wal_buffers is -1 (xlog.c, XLOGChooseNumBuffers). */
function walBuffers(buffers: number): number {
  const share = (buffers * 3) / 100;
  if (share > 14 * MB) return 16 * MB;
  return Math.max(32 * kB, Math.floor(share / (8 * kB)) * 8 * kB);
}
