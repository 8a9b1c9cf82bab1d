import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HealthStatus, Metric } from '../../src/engines/health.ts';
import { nagiosText } from '../../src/health/formats/nagios.ts';
import { prometheusText } from '../../src/health/formats/prometheus.ts';
import { toolThere } from '../support/optional-tools.ts';
import { checked, resultWith } from './results.ts';

const statuses: readonly HealthStatus[] = ['ok', 'warning', 'critical', 'unknown'];
const asked = { at: Date.UTC(2026, 10, 21), database: 'postgres://app@db/app' };

const aCheck = fc.record({
  id: fc.stringMatching(/^[a-z]+(-[a-z]+)?$/),
  status: fc.constantFrom(...statuses),
  value: fc.option(fc.double({ noNaN: false })),
  unit: fc.constantFrom('s', 'B', '%', null),
  summary: fc.string({ unit: 'binary' }),
});
const someChecks = fc.uniqueArray(aCheck, { maxLength: 6, selector: ({ id }) => id });

describe('as a monitoring plugin', () => {
  it('says the worst first, then its values, then the others', () => {
    const text = nagiosText(
      resultWith(
        checked({}),
        checked({ id: 'lag', status: 'warning', value: 3, unit: 's', warning: 2, critical: null }),
        checked({
          id: 'cache',
          status: 'critical',
          value: 40,
          warning: 90,
          critical: 50,
          lowIsBad: true,
          summary: '40 % | hit',
        }),
      ),
    );
    expect(text.split('\n')).toEqual([
      "JEM-DB CRITICAL: cache: 40 % / hit; 1 more not ok | 'connections'=5%;80;95 'lag'=3s;2; 'cache'=40%;90:;50:",
      '[CRITICAL] cache: 40 % / hit',
      '[WARNING] lag: 5 of 100 are in use',
      '',
    ]);
  });

  it('has one bar at most and one line a check, whatever they say', () => {
    fc.assert(
      fc.property(someChecks, (checks) => {
        const text = nagiosText(resultWith(...checks.map(checked)));
        const [first = '', ...rest] = text.split('\n');
        expect(first.split('|').length).toBeLessThanOrEqual(2);
        const bad = checks.filter(({ status }) => status !== 'ok');
        expect(rest).toHaveLength(bad.length + 1);
        expect(first).not.toMatch(/NaN|Infinity/);
      }),
    );
  });
});

describe('for Prometheus', () => {
  it('says that a database is down where there was no connection, and only then', () => {
    const down = checked({ id: 'connection', status: 'critical', value: null });
    expect(prometheusText(resultWith(down), [], asked)).toMatch(/^jem_db_up\{.*\} 0$/m);
    const slow = checked({ id: 'connection', status: 'critical', value: 3 });
    expect(prometheusText(resultWith(slow), [], asked)).toMatch(/^jem_db_up\{.*\} 1$/m);
  });

  it('says when that was whose age a check takes', () => {
    const age = checked({ id: 'backup-age', unit: 's', value: 3600, isAge: true });
    const text = prometheusText(resultWith(age, checked({})), [], asked);
    const stamps = text.split('\n').filter((line) => line.startsWith('jem_db_check_age_timestamp'));
    expect(stamps).toEqual([
      `jem_db_check_age_timestamp_seconds{database="postgres://app@db/app",check="backup-age"} ${asked.at / 1000 - 3600}`,
    ]);
  });

  it.runIf(toolThere('promtool'))(
    'is what promtool accepts, whatever a check is called and says',
    async () => {
      const metrics: Metric[] = [
        {
          name: 'postgresql.db_size',
          description: 'a\\b\nc',
          unit: 'By',
          kind: 'gauge',
          points: [{ attributes: {}, value: 1 }],
        },
        {
          name: 'postgresql.table.count',
          description: 'tables',
          unit: '{table}',
          kind: 'gauge',
          points: [{ attributes: { 'a.b': '"\\\n' }, value: 1 }],
        },
        {
          name: 'postgresql.bgwriter.duration',
          description: 'time',
          unit: 'ms',
          kind: 'counter',
          points: [{ attributes: { type: 'sync' }, value: 1500 }],
        },
      ];
      await fc.assert(
        fc.asyncProperty(someChecks, async (checks) => {
          const text = prometheusText(resultWith(...checks.map(checked)), metrics, asked);
          const promtool = await execa('promtool', ['check', 'metrics'], {
            input: text,
            reject: false,
          });
          expect([promtool.exitCode, promtool.stderr, text]).toEqual([0, '', text]);
          expect(text).toContain(
            'postgresql_bgwriter_duration_seconds_total{database="postgres://app@db/app",type="sync"} 1.5',
          );
        }),
        { numRuns: 10 },
      );
    },
  );
});
