/** Reads one column's text; `null` never comes here. */
type Reader = (text: string) => unknown;

const asText: Reader = (text) => text;

/**
 * What JavaScript holds exactly becomes a value, all else stays PostgreSQL's text: int8 and
 * numeric would lose digits, a date in a `Date` its microseconds.
 */
const readers: ReadonlyMap<number, Reader> = new Map<number, Reader>([
  [16, (text: string) => text === 't'],
  [17, bytes],
  [21, Number],
  [23, Number],
  [26, Number],
  [700, Number],
  [701, Number],
  [1114, isoTimestamp],
  [1184, isoTimestamp],
]);

/** The type parsers of a `pg` client. */
export const valueTypes = {
  getTypeParser: (type: number): Reader => readers.get(type) ?? asText,
};

/** `2026-11-21 02:00:00.5+00` → `2026-11-21T02:00:00.5Z`; `infinity` and years BC stay. */
function isoTimestamp(text: string): string {
  const parts = /^(\d{4,}-\d\d-\d\d) ([\d:.]+)([+-][\d:]+)?$/.exec(text);
  if (!parts) return text;
  const [, date, time, zone = ''] = parts;
  return `${date}T${time}${isoZone(zone)}`;
}

function isoZone(zone: string): string {
  if (zone === '+00') return 'Z';
  return zone.length === 3 ? `${zone}:00` : zone;
}

function bytes(text: string): Uint8Array {
  if (text.startsWith('\\x')) return Buffer.from(text.slice(2), 'hex');
  const unescaped = text.replace(/\\(\\|[0-7]{3})/g, (_all, escaped: string) =>
    escaped === '\\' ? '\\' : String.fromCharCode(Number.parseInt(escaped, 8)),
  );
  return Buffer.from(unescaped, 'latin1');
}
