import { describe, expect, it } from 'vitest';
import { preloadAdvice } from '../../../../src/engines/postgres/tune/preload.ts';
import { wantedSettings } from '../../../../src/engines/postgres/tune/formulas.ts';
import { memoryText, rounded } from '../../../../src/engines/postgres/tune/units.ts';
import { diskKinds, type TuningWish, workloads } from '../../../../src/engines/tuning.ts';

const GB = 2 ** 30;
const MB = 2 ** 20;
const server = { major: 18, linux: true, maxConnections: 200, segment: 16 * MB };
const given: TuningWish = {
  ...{ ram: 16 * GB, cpus: 4, disk: 'ssd', workload: 'web' },
  ...{ connections: null, walDisk: null },
};

function wanted(wish: Partial<TuningWish>, traits: Partial<typeof server> = {}) {
  const all = wantedSettings({ ...given, ...wish }, { ...server, ...traits });
  return Object.fromEntries(all.map(({ setting, value }) => [setting, value]));
}

describe('the formulas', () => {
  it('say what pgtune says for 16 GB, 4 CPUs, an SSD, web', () => {
    expect(wanted({})).toEqual({
      shared_buffers: 4 * GB,
      effective_cache_size: 12 * GB,
      // pgtune has 20 MB before it is rounded: 12 GB / ((200 + 4) · 3).
      work_mem: 20 * MB,
      maintenance_work_mem: GB,
      wal_buffers: 16 * MB,
      huge_pages: 'try',
      max_wal_size: 4 * GB,
      min_wal_size: GB,
      checkpoint_completion_target: 0.9,
      wal_compression: 'lz4',
      random_page_cost: 1.1,
      effective_io_concurrency: 200,
      jit: 'off',
      max_worker_processes: 4,
      max_parallel_workers: 4,
      max_parallel_workers_per_gather: 2,
      max_parallel_maintenance_workers: 2,
    });
  });

  it('differ by workload, disk, CPUs and version as pgtune’s do', () => {
    expect(wanted({ workload: 'dw', ram: 64 * GB, cpus: 32 })).toMatchObject({
      ...{ maintenance_work_mem: 8 * GB, autovacuum_work_mem: 2 * GB },
      ...{ random_page_cost: 4, default_statistics_target: 500, max_wal_size: 16 * GB },
      ...{ max_parallel_workers_per_gather: 16, max_parallel_maintenance_workers: 4 },
      ...{ autovacuum_max_workers: 5, io_workers: 8 },
    });
    expect(wanted({ workload: 'desktop' })).toMatchObject({
      ...{ shared_buffers: GB, effective_cache_size: 4 * GB, max_wal_size: 2 * GB },
    });
    expect(wanted({ workload: 'desktop' })).not.toHaveProperty('jit');
    expect(wanted({ disk: 'hdd' })).toMatchObject({ random_page_cost: 4 });
    expect(wanted({ cpus: 2 })).not.toHaveProperty('max_parallel_workers');
    expect(wanted({ cpus: null, disk: null })).not.toHaveProperty('random_page_cost');
    expect(wanted({ cpus: 32 }, { major: 17 })).not.toHaveProperty('io_workers');
    expect(wanted({}, { linux: false })).not.toHaveProperty('effective_io_concurrency');
    expect(wanted({ connections: 50 })).toMatchObject({ max_connections: 50, work_mem: 74 * MB });
    expect(wanted({ walDisk: 100 * GB })).toMatchObject({
      max_wal_size: 60 * GB,
      min_wal_size: 30 * GB,
    });
  });

  it('never allow for more memory than there is, but where pgtune’s least work_mem does', () => {
    for (const workload of workloads)
      for (const disk of diskKinds)
        for (const gigabytes of [0.5, 1, 2, 7.7, 16, 100, 1000])
          for (const maxConnections of [20, 100, 500]) {
            const ram = gigabytes * GB;
            const all = wanted({ workload, disk, ram }, { maxConnections });
            const cleaning = all['autovacuum_work_mem'] ?? all['maintenance_work_mem'];
            const total =
              Number(all['shared_buffers']) +
              maxConnections * Number(all['work_mem']) * 2 +
              3 * Number(cleaning);
            const least = all['work_mem'] === 4 * MB;
            expect(total <= ram || least, `${workload} ${gigabytes} ${maxConnections}`).toBe(true);
          }
  });
});

it.each([
  [4 * GB, '4GB'],
  [1536 * MB, '1536MB'],
  [100 * 1024, '100kB'],
  [-1, '-1'],
])('%d bytes are %s', (bytes, text) => {
  expect(memoryText(bytes)).toBe(text);
});

it('rounds down, and little', () => {
  for (let bytes = 200_000; bytes < 2 ** 40; bytes = Math.floor(bytes * 1.37)) {
    expect(rounded(bytes)).toBeLessThanOrEqual(bytes);
    const least = bytes > 40 * MB ? bytes * 0.96 : bytes / 3;
    expect(rounded(bytes)).toBeGreaterThan(least);
  }
});

it.each([
  ['', "'pg_stat_statements'"],
  ['auto_explain', "'auto_explain', 'pg_stat_statements'"],
  ['auto_explain, "odd, name"', "'auto_explain', 'odd, name', 'pg_stat_statements'"],
])('preloads one more library beside "%s", each a literal of its own', (value, list) => {
  const setting = {
    ...{ name: 'shared_preload_libraries', value, unit: null, context: 'postmaster' },
    ...{ source: 'default', pendingRestart: false, minimum: null, maximum: null, choices: null },
    inFiles: null,
  };
  const advice = preloadAdvice({
    ...{ byName: new Map([[setting.name, setting]]), overrides: [], major: 18, linux: true },
    ...{ standby: false, statementsInstalled: true, whyNot: null },
  });
  expect(advice?.statement).toBe(`ALTER SYSTEM SET shared_preload_libraries = ${list};`);
});
