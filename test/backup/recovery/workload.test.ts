import { expect, it } from 'vitest';
import { postgresVersions } from '../../support/postgres.ts';
import { killedWhileWriting } from './workload.ts';

it.each(
  postgresVersions().flatMap(({ bin, major }) =>
    (['archived', 'streamed'] as const).map((way) => ({ bin, major, way })),
  ),
)(
  'PostgreSQL $major, killed while pgbench writes: what was $way is there, and of the rest no transaction without those before it',
  async ({ bin, way }) => {
    const survived = await killedWhileWriting(bin, { way, segments: 2, clients: 3 });
    const { witnessed, ledger, bound, acknowledged, recovered, lostMs } = survived;
    // Everything up to some transaction, and nothing behind it.
    expect(ledger).toEqual(Array.from({ length: ledger.length }, (_, index) => index + 1));
    expect(survived.gaps).toBe('');
    expect(new Set(survived.sums).size).toBe(1);
    const safe = witnessed.filter(({ lsn }) => lsn <= bound);
    expect(safe.length).toBeGreaterThan(10);
    expect(ledger.length).toBeGreaterThanOrEqual(safe.length);
    process.stdout.write(
      `${way}: ${recovered} of ${acknowledged} acknowledged transactions came back, to ${lostMs} ms before the kill\n`,
    );
  },
  90_000,
);
