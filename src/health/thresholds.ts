import { parseTime } from '../duration.ts';
import type { HealthCheck, HealthUnit, Thresholds } from '../engines/health.ts';
import { JemError } from '../errors.ts';

const factors: Readonly<Record<string, number>> = {
  ...{ '': 1, k: 1e3, kb: 1e3, m: 1e6, mb: 1e6, g: 1e9, gb: 1e9, t: 1e12, tb: 1e12 },
  ...{ kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
};

/**
 * Reads `ID=WARNING:CRITICAL`, where either may be left out, or be `off`: `connections=70:85`,
 * `backup-age=26h:50h`, `wal-directory=:20GB`. Later ones win. Throws `bad-setting`.
 */
export function readThresholds(
  texts: readonly string[],
  checks: readonly HealthCheck[],
): ReadonlyMap<string, Thresholds> {
  const read = new Map<string, Thresholds>();
  for (const text of texts) {
    const [, id = '', warning = '', critical] = /^([^=]*)=([^:]*)(?::(.*))?$/.exec(text) ?? [];
    const check = checks.find((one) => one.id === id);
    if (id === '') throw refused(text, 'It has no = between the id of a check and its bounds.');
    if (!check) throw refused(text, `There is no check "${id}".`);
    if (check.thresholds === null) throw refused(text, `${id} has no value to hold against one.`);
    const before = read.get(id) ?? check.thresholds;
    read.set(id, {
      warning: bound(warning, check.unit, before.warning, text),
      critical: bound(critical ?? '', check.unit, before.critical, text),
    });
  }
  return read;
}

function bound(
  text: string,
  unit: HealthUnit,
  otherwise: number | null,
  whole: string,
): number | null {
  const trimmed = text.trim();
  if (trimmed === '') return otherwise;
  if (trimmed === 'off') return null;
  const value = valueOf(trimmed, unit);
  if (value === null) throw refused(whole, `"${trimmed}" is not ${wanted(unit)}.`);
  return value;
}

function valueOf(text: string, unit: HealthUnit): number | null {
  const [, digits = '', word = ''] = /^(\d+(?:\.\d+)?)\s*([a-z%]*)$/i.exec(text) ?? [];
  if (digits === '') return null;
  if (unit === 's' && word !== '') {
    const ms = parseTime(text);
    return ms === null ? null : ms / 1000;
  }
  if (unit === 'B') {
    const factor = factors[word.toLowerCase()];
    return factor === undefined ? null : Number(digits) * factor;
  }
  return word === '' || word === unit ? Number(digits) : null;
}

const spelled: Readonly<Record<'s' | 'B', readonly (readonly [string, number])[]>> = {
  s: [
    ...([
      ['d', 86_400],
      ['h', 3600],
    ] as const),
    ...([
      ['min', 60],
      ['s', 1],
      ['ms', 0.001],
    ] as const),
  ],
  B: [
    ...([
      ['TiB', 2 ** 40],
      ['TB', 1e12],
      ['GiB', 2 ** 30],
      ['GB', 1e9],
    ] as const),
    ...([
      ['MiB', 2 ** 20],
      ['MB', 1e6],
      ['KiB', 2 ** 10],
      ['kB', 1e3],
      ['', 1],
    ] as const),
  ],
};

/** A bound as `readThresholds` takes it, in the largest unit that leaves a whole number. */
export function boundText(value: number, unit: HealthUnit): string {
  if (unit === '%') return `${value}%`;
  if (unit === null || value === 0) return String(value);
  const whole = spelled[unit].find(([, size]) => Number.isInteger(value / size));
  return whole ? `${value / whole[1]}${whole[0]}` : String(value);
}

function wanted(unit: HealthUnit): string {
  if (unit === 's') return 'a time: 500ms, 30s, 5min, 26h, 8d';
  if (unit === 'B') return 'a size: 500MB, 10GB, 1GiB';
  return unit === '%' ? 'a percentage: 80' : 'a number';
}

function refused(text: string, why: string): JemError {
  return new JemError('bad-setting', `"${text}" sets no threshold`, {
    why,
    hint: 'Write ID=WARNING:CRITICAL, as connections=70:85; `jem-db health checks` lists them.',
  });
}
