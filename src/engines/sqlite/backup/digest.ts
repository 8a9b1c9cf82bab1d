/** What a table's rows come to, in whatever order they were added. */
export interface Digest {
  readonly rows: number;
  /** Four sums of 32 bits, one for each quarter of the rows' hashes. */
  readonly lanes: readonly [number, number, number, number];
}

export const noRows: Digest = { rows: 0, lanes: [0, 0, 0, 0] };

function sumOf(a: Digest, b: Digest): Digest {
  const [a1, a2, a3, a4] = a.lanes;
  const [b1, b2, b3, b4] = b.lanes;
  return {
    rows: a.rows + b.rows,
    lanes: [(a1 + b1) | 0, (a2 + b2) | 0, (a3 + b3) | 0, (a4 + b4) | 0],
  };
}

/** 32 hexadecimal digits. */
export function hexOf({ lanes }: Digest): string {
  return lanes.map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
}

/** Adds what more rows of one table come to. */
export function addTo(digests: Map<number, Digest>, table: number, digest: Digest): void {
  digests.set(table, sumOf(digests.get(table) ?? noRows, digest));
}
