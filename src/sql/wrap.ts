/**
 * Breaks a statement at spaces so that no line is wider than `width`, the later ones indented. What
 * stands between quotes stays whole, and so does a word that is wider.
 */
export function wrapSql(statement: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of statement.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : `  ${word}`);
  }
  return lines;
}
