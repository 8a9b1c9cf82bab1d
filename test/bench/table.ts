/** Prints rows of text and numbers under a title, in columns as wide as needed. */
export function printTable(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): void {
  const cells = [heads, ...rows.map((row) => row.map(shown))];
  const widths = heads.map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  console.log(`\n${title}\n${lines.join('\n')}`);
}

function shown(cell: string | number | null): string {
  if (cell === null) return '-';
  if (typeof cell === 'string') return cell;
  return cell < 10 ? cell.toFixed(2) : cell.toFixed(0);
}
