/** Microseconds since 1970, UTC, of a time with its zone; null where it is none. */
export function parseMoment(text: string): bigint | null {
  const match =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:\.(\d{1,6}))? ?(Z|UTC|[+-]\d\d(?::?\d\d)?)$/i.exec(
      text.trim(),
    );
  if (!match) return null;
  const [, day, minute, second = ':00', fraction = '', zone = ''] = match;
  const ms = Date.parse(`${day}T${minute}${second}${zoneOf(zone)}`);
  if (Number.isNaN(ms)) return null;
  return BigInt(ms) * 1000n + BigInt(fraction.padEnd(6, '0'));
}

/** ISO 8601 in UTC, to the microsecond: such texts sort as their moments do. */
export function momentText(at: bigint): string {
  const ms = new Date(Number(at / 1000n)).toISOString();
  return `${ms.slice(0, -1)}${String(at % 1000n).padStart(3, '0')}Z`;
}

/** As ISO 8601 has it: `+02` and `+0200` are `+02:00`. */
function zoneOf(zone: string): string {
  if (/^(Z|UTC)$/i.test(zone)) return 'Z';
  const [, hours, minutes = '00'] = /^([+-]\d\d):?(\d\d)?$/.exec(zone) ?? [];
  return `${hours}:${minutes}`;
}
