import { postgresCheck } from '../check.ts';

/** Both are needed: autovacuum goes by what is counted. */
const needed = ['autovacuum', 'track_counts'];

export const autovacuumOff = postgresCheck({
  id: 'autovacuum-off',
  title: 'autovacuum switched off',
  group: 'vacuum',
  unit: null,
  thresholds: null,
  source: 'manual, Automatic Vacuuming',
  on: 'primary',
  sql: () => 'SELECT',
  judge(_rows, { settings }) {
    const off = needed.filter((name) => settings.get(name)?.setting !== 'on');
    return {
      status: off.length > 0 ? 'critical' : 'ok',
      value: null,
      summary:
        off.length > 0
          ? `${off.join(' and ')} ${off.length > 1 ? 'are' : 'is'} off: tables bloat, statistics grow stale, and in the end the server stops for wraparound`
          : 'autovacuum and track_counts are on',
      hint: `${off.map((name) => `ALTER SYSTEM SET ${name} = on;`).join(' ')} SELECT pg_reload_conf();`,
    };
  },
});
