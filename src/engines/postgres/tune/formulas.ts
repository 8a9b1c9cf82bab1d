import type { DiskKind, TuningWish, Workload } from '../../tuning.ts';
import { memoryFormulas } from './formulas-memory.ts';
import { rounded } from './units.ts';
import { exact, near, raise, type ServerTraits, type Wanted } from './wanted.ts';

const MB = 2 ** 20;
const GB = 2 ** 30;

/** By workload; the numbers are pgtune's. */
const walSizes: Readonly<Record<Workload, readonly [minimum: number, maximum: number]>> = {
  web: [GB, 4 * GB],
  oltp: [2 * GB, 8 * GB],
  dw: [4 * GB, 16 * GB],
  desktop: [100 * MB, 2 * GB],
  mixed: [GB, 4 * GB],
};

const ioConcurrency: Readonly<Record<DiskKind, number>> = {
  hdd: 2,
  ssd: 200,
  san: 300,
  nvme: 1000,
};

/**
 * What settings should be for a machine and a workload. The base is pgtune
 * (github.com/le0pard/pgtune, src/features/configuration/configurationSlice.js, as of 2026-07);
 * the sizes for a disk of the WAL's own are timescaledb-tune's (pkg/pgtune/wal.go). Left out of
 * pgtune on purpose: `wal_level = minimal`, which ends archiving and replication; `io_uring`, with
 * which a server does not start where its build or its container has none; and `max_connections`
 * by workload, which nobody asked to change. Pure.
 */
export function wantedSettings(wish: TuningWish, server: ServerTraits): readonly Wanted[] {
  const { connections } = wish;
  return [
    ...(connections === null
      ? []
      : [exact('max_connections', connections, 'as --connections asks for')]),
    ...memoryFormulas(wish, server),
    ...walFormulas(wish, server),
    ...plannerFormulas(wish, server),
    ...workerFormulas(wish, server),
  ];
}

function walFormulas({ workload, walDisk }: TuningWish, { major, segment }: ServerTraits) {
  const [least, most] = walSizes[workload];
  const fewer = 'fewer checkpoints that the amount of WAL forces';
  const kept = 'WAL files that are kept to be used again';
  const compression = major >= 15 ? 'lz4' : 'on';
  const maximum = walDisk === null ? most : Math.max(3 * segment, rounded(walDisk * 0.6));
  const minimum = Math.max(2 * segment, walDisk === null ? least : rounded(maximum / 2));
  const sizes =
    walDisk === null
      ? [raise('max_wal_size', Math.max(maximum, 3 * segment), fewer)]
      : [near('max_wal_size', maximum, `60 % of the disk of the WAL: ${fewer}, and it stays free`)];
  return [
    ...sizes,
    walDisk === null ? raise('min_wal_size', minimum, kept) : near('min_wal_size', minimum, kept),
    raise(
      'checkpoint_completion_target',
      0.9,
      'a checkpoint spreads its writes over most of the time to the next',
    ),
    exact(
      'wal_compression',
      compression,
      'less WAL for a little CPU: full pages are written after each checkpoint',
    ),
  ];
}

function plannerFormulas({ disk, workload }: TuningWish, { linux }: ServerTraits): Wanted[] {
  const wanted: Wanted[] = [];
  if (workload === 'dw')
    wanted.push(
      raise('default_statistics_target', 500, 'better estimates for queries that read much'),
    );
  if (disk !== null) wanted.push(randomPageCost(disk, workload));
  // Elsewhere the server refuses to start with more than 0 (before 18).
  if (disk !== null && linux)
    wanted.push(
      (disk === 'hdd' ? near : raise)(
        'effective_io_concurrency',
        ioConcurrency[disk],
        `reads that a disk of this kind (${disk}) takes at a time`,
      ),
    );
  if (workload === 'web' || workload === 'oltp' || workload === 'mixed')
    wanted.push(exact('jit', 'off', 'compiling costs short queries more than it saves'));
  return wanted;
}

function randomPageCost(disk: DiskKind, workload: Workload): Wanted {
  if (disk === 'hdd') return near('random_page_cost', 4, 'a disk that turns seeks slowly');
  if (workload === 'dw')
    return near('random_page_cost', 4, 'large scans shall not be taken apart into single pages');
  return near(
    'random_page_cost',
    1.1,
    'no disk has to seek: a page here or there costs about the same',
  );
}

function workerFormulas({ cpus, workload }: TuningWish, { major }: ServerTraits): Wanted[] {
  if (cpus === null) return [];
  const half = Math.ceil(cpus / 2);
  const ofOneQuery = workload === 'dw' ? half : Math.min(half, 4);
  const wanted: Wanted[] = [];
  if (cpus >= 4)
    wanted.push(
      raise('max_worker_processes', cpus, 'one a CPU; parallel queries take theirs from these'),
      near('max_parallel_workers', cpus, 'one a CPU for all parallel queries together'),
      near('max_parallel_workers_per_gather', ofOneQuery, 'half of the CPUs for one query'),
      near(
        'max_parallel_maintenance_workers',
        Math.min(half, 4),
        'CREATE INDEX and VACUUM with half of the CPUs',
      ),
    );
  if (cpus >= 16)
    wanted.push(
      raise(
        'autovacuum_max_workers',
        cpus >= 32 ? 5 : 4,
        'a machine of this size writes more than three can clean',
      ),
    );
  const readers = Math.min(32, Math.floor(cpus / 4));
  if (major >= 18 && readers > 3)
    wanted.push(
      raise('io_workers', readers, 'a quarter of the CPUs read for all others (io_method)'),
    );
  return wanted;
}
