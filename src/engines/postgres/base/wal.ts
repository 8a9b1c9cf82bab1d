/** The position as a number: `16/B374D848` is 0x16B374D848. */
function lsnOf(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/** Name of the segment that holds a position (PostgreSQL, xlog_internal.h, XLogFileName). */
export function segmentOf(timeline: number, lsn: string, segmentSize: number): string {
  const number = lsnOf(lsn) / BigInt(segmentSize);
  const perFile = 0x1_0000_0000n / BigInt(segmentSize);
  return [BigInt(timeline), number / perFile, number % perFile]
    .map((part) => part.toString(16).toUpperCase().padStart(8, '0'))
    .join('');
}
