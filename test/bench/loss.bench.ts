import { expect, test } from 'vitest';
import { killedWhileWriting, type Survived } from '../backup/recovery/workload.ts';
import { postgresVersions } from '../support/postgres.ts';
import { rounds } from './backup-rounds.ts';
import { median } from './measure.ts';
import { printTable } from './table.ts';

/** Whole segments that leave the machine before it is lost. */
const segments = Number(process.env['JEM_DB_BENCH_LOSS_SEGMENTS'] ?? 10);

test.each(postgresVersions())(
  'what a loss of the machine costs PostgreSQL $major while pgbench writes',
  async ({ bin, major }) => {
    const rows: (string | number)[][] = [];
    for (const way of ['archived', 'streamed'] as const) {
      const runs: Survived[] = [];
      for (let round = 0; round < rounds; round += 1)
        runs.push(await killedWhileWriting(bin, { way, segments, clients: 4 }));
      const of = (value: (run: Survived) => number) => median(runs.map(value));
      rows.push([
        ...[way, of(({ acknowledged }) => acknowledged), of(({ recovered }) => recovered)],
        of(({ acknowledged, recovered }) => Math.max(0, acknowledged - recovered)),
        of(({ lostMs }) => lostMs),
      ]);
      for (const { gaps, ledger, witnessed, bound } of runs) {
        expect(gaps).toBe('');
        expect(ledger.length).toBeGreaterThanOrEqual(
          witnessed.filter(({ lsn }) => lsn <= bound).length,
        );
      }
    }
    printTable(
      `PostgreSQL ${major}, killed and gone while pgbench writes, median of ${rounds}`,
      ['', 'acknowledged', 'recovered', 'lost', 'lost ms'],
      rows,
    );
  },
);
