/** Bytes of the units in which PostgreSQL gives memory (guc.c, memory_unit_conversion_table). */
const factors: Readonly<Record<string, number>> = {
  B: 1,
  kB: 2 ** 10,
  MB: 2 ** 20,
  GB: 2 ** 30,
  TB: 2 ** 40,
};

/** Bytes of one unit of `pg_settings.unit` (`8kB`, `MB`); null: it is no unit of memory. */
export function bytesPerUnit(unit: string | null): number | null {
  const [, count = '', name = ''] = /^(\d*)([kMGT]?B)$/.exec(unit ?? '') ?? [];
  const factor = factors[name];
  return factor === undefined ? null : Number(count || 1) * factor;
}

/** Bytes of a value as a file has it (`4GB`, `128 kB`, `16384` in `unit`); null: it is none. */
export function bytesOfText(text: string, unit: string | null): number | null {
  const [, digits, name = ''] = /^\s*(-?\d+(?:\.\d+)?)\s*([kMGT]?B)?\s*$/.exec(text) ?? [];
  if (digits === undefined) return null;
  const number = Number(digits);
  // Below zero are words: -1 is "as another setting says".
  if (number < 0) return number;
  const factor = name === '' ? bytesPerUnit(unit) : factors[name];
  return factor === undefined || factor === null ? null : number * factor;
}

/** Bytes as PostgreSQL writes them: in the largest unit that needs no fraction. */
export function memoryText(bytes: number): string {
  if (bytes < 0) return String(bytes);
  const kilobytes = Math.floor(bytes / 2 ** 10);
  if (kilobytes === 0) return kilobytes * 2 ** 10 === bytes ? '0' : `${bytes}B`;
  if (kilobytes % 2 ** 20 === 0) return `${kilobytes / 2 ** 20}GB`;
  if (kilobytes % 2 ** 10 === 0) return `${kilobytes / 2 ** 10}MB`;
  return `${kilobytes}kB`;
}

/** Rounded down to about three percent, so that it reads well: 5892 MB become 5888 MB. */
export function rounded(bytes: number): number {
  const megabyte = 2 ** 20;
  if (bytes < megabyte) return Math.max(64 * 2 ** 10, Math.floor(bytes / 65_536) * 65_536);
  const step = Math.max(megabyte, 2 ** Math.floor(Math.log2(bytes / 32)));
  return Math.floor(bytes / step) * step;
}
