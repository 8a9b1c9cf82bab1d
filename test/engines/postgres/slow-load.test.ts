import { describe, expect, it } from 'vitest';
import {
  lowCacheHit,
  manyCalls,
  temporaryFiles,
} from '../../../src/engines/postgres/slow/advice/load.ts';
import type { Surroundings } from '../../../src/engines/postgres/slow/advice/seen-plan.ts';
import { staleStatistics } from '../../../src/engines/postgres/slow/advice/statistics.ts';
import type { TableFacts } from '../../../src/engines/postgres/slow/table-facts.ts';

const observed = {
  periodMs: 5000,
  calls: 10_000,
  meanMs: 0.2,
  share: 0.5,
  rows: 10_000,
  blocksHit: 30_000,
  blocksRead: 0,
  temporaryBlocks: 0,
};

function around(change: Partial<typeof observed>, role: string | null = 'app'): Surroundings {
  const megabyte = 1024 * 1024;
  return {
    ...{ role, database: 'shop', blockBytes: 8192, workMemBytes: 4 * megabyte, reads: true },
    observed: { ...observed, ...change },
  };
}

describe('many calls of a short statement', () => {
  it('are told with their rate', () => {
    const [advice] = manyCalls(around({}));
    expect(advice?.id).toBe('many-calls');
    expect(advice?.reason).toContain('about 2,000 calls a second with 1.0 rows each');
  });

  it.each<[string, Partial<typeof observed>]>([
    ['rare', { calls: 300 }],
    ['slowly repeated', { periodMs: 500_000 }],
    ['of an unknown period', { periodMs: 0 }],
    ['long', { meanMs: 20 }],
    ['for many rows', { rows: 1_000_000 }],
    ['next to nothing of the time', { share: 0.02 }],
  ])('are nothing where they are %s', (_, change) => {
    expect(manyCalls(around(change))).toEqual([]);
  });
});

describe('temporary files', () => {
  it('ask for as much work_mem as keeps them away, for the role', () => {
    const [advice] = temporaryFiles(around({ calls: 10, temporaryBlocks: 10 * 1280 }));
    expect(advice?.sql).toBe(`ALTER ROLE "app" IN DATABASE "shop" SET work_mem = '32MB';`);
    expect(advice?.reason).toContain('each call writes about 10 MB');
  });

  it('ask for it for the one statement where it is much', () => {
    const [advice] = temporaryFiles(around({ calls: 1, temporaryBlocks: 25_600 }));
    expect(advice?.sql).toContain("SET LOCAL work_mem = '512MB'");
  });

  it('are nothing where they are small, or more memory than is sound', () => {
    expect(temporaryFiles(around({ calls: 100, temporaryBlocks: 100 }))).toEqual([]);
    expect(temporaryFiles(around({ temporaryBlocks: 0 }))).toEqual([]);
  });
});

it('tells a low cache hit only where much was read', () => {
  expect(lowCacheHit(around({ blocksHit: 1000, blocksRead: 9000 }))[0]?.reason).toContain('90 %');
  expect(lowCacheHit(around({ blocksHit: 10, blocksRead: 90 }))).toEqual([]);
  expect(lowCacheHit(around({ blocksHit: 99_000, blocksRead: 2000 }))).toEqual([]);
});

describe('stale statistics', () => {
  const table: TableFacts = {
    ...{ sql: 'public.orders', schema: 'public', name: 'orders', partition: false },
    ...{ columns: {}, indexes: [], bytes: 8_192_000, grown: true },
    ...{ rows: 100_000, liveRows: 100_000, changedSinceAnalyze: 0 },
  };
  const told = (change: Partial<TableFacts>): number =>
    staleStatistics({ plan: { 'Node Type': 'Result' }, tables: [{ ...table, ...change }] }).length;

  it('are told of tables never analyzed, and much changed since', () => {
    expect(told({ rows: -1 })).toBe(1);
    expect(told({ changedSinceAnalyze: 30_000 })).toBe(1);
    expect(told({ liveRows: 200_000, changedSinceAnalyze: 100_000 })).toBe(1);
  });

  it('are not told of small tables, of a few changes, and of changes counted late', () => {
    expect(told({ changedSinceAnalyze: 15_000 })).toBe(0);
    expect(told({ rows: -1, liveRows: 50 })).toBe(0);
    expect(told({ rows: 100, liveRows: 200, changedSinceAnalyze: 100 })).toBe(0);
    expect(told({ liveRows: 200_000, changedSinceAnalyze: 100_000, grown: false })).toBe(0);
  });
});
