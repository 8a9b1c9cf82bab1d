import { postgresCheck } from '../check.ts';

interface Danger {
  readonly name: string;
  readonly safe: string;
  readonly level: 'critical' | 'warning';
  readonly costs: string;
}

const dangers: readonly Danger[] = [
  { name: 'fsync', safe: 'on', level: 'critical', costs: 'after a crash the data may be lost' },
  {
    ...{ name: 'full_page_writes', safe: 'on', level: 'critical' },
    costs: 'after a crash pages may be half old, half new',
  },
  {
    ...{ name: 'zero_damaged_pages', safe: 'off', level: 'critical' },
    costs: 'damaged pages are emptied without an error',
  },
  {
    ...{ name: 'ignore_checksum_failure', safe: 'off', level: 'critical' },
    costs: 'damaged pages are read as if they were sound',
  },
  {
    ...{ name: 'ignore_invalid_pages', safe: 'off', level: 'critical' },
    costs: 'recovery goes on over missing pages',
  },
  {
    ...{ name: 'synchronous_commit', safe: 'on', level: 'warning' },
    costs: 'the last commits before a crash may be lost',
  },
];

export const crashSafety = postgresCheck({
  id: 'crash-safety',
  title: 'settings that give data away',
  group: 'settings',
  unit: null,
  thresholds: null,
  source: 'check_pgactivity; manual, Write Ahead Log and Developer Options',
  sql: () => 'SELECT',
  judge(_rows, { settings }) {
    const set = dangers.filter(({ name, safe }) => isOtherThan(settings.get(name)?.setting, safe));
    const [worst] = set;
    return {
      status: worst?.level ?? 'ok',
      value: null,
      summary: worst
        ? set
            .map(({ name, costs }) => `${name} is ${settings.get(name)?.setting}: ${costs}`)
            .join('; ')
        : 'fsync, full_page_writes and synchronous_commit are on',
      hint: `${set.map(({ name, safe }) => `ALTER SYSTEM SET ${name} = ${safe};`).join(' ')} SELECT pg_reload_conf();`,
    };
  },
});

/** Of synchronous_commit all values but off wait for the disk of this server. */
function isOtherThan(setting: string | undefined, safe: string): boolean {
  if (setting === undefined) return false;
  return safe === 'on' ? setting === 'off' : setting !== safe;
}
