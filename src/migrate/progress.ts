/** Which of all migrations are being run: `0002_b (2 of 9)`, `0002_b to 0004_d (2 to 4 of 9)`. */
export function placeOf(now: readonly string[], all: readonly string[]): string {
  const [first = ''] = now;
  const last = now.at(-1) ?? '';
  const [from, to] = [first, last].map((name) => all.indexOf(name) + 1);
  if (first === last) return `${first} (${from} of ${all.length})`;
  return `${first} to ${last} (${from} to ${to} of ${all.length})`;
}
