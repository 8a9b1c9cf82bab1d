/** Bytes for people, in powers of 1000: `8.2 kB`, `1.2 GB`. */
export function sizeOf(bytes: number): string {
  const [unit, size] =
    [['GB', 1e9] as const, ['MB', 1e6] as const].find(([, one]) => bytes >= one) ??
    (['kB', 1e3] as const);
  return `${(bytes / size).toFixed(1)} ${unit}`;
}
