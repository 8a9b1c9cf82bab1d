/**
 * An entry of a list that says something of a named part: `total: CHECK (total > 0)`. The name is
 * quoted as SQL has it where it must be.
 */
export interface Entry {
  readonly name: string;
  readonly value: string;
}

/** Reads `name: value`. */
export function entryOf(text: string): Entry {
  const [, name = text, value = ''] = /^("(?:[^"]|"")*"|[^:"]*): ([\s\S]*)$/.exec(text) ?? [];
  return { name, value };
}

export function entriesOf(texts: readonly string[]): readonly Entry[] {
  return texts.map(entryOf);
}

/** Names in the one list that the other lacks. */
export function namesWithout(list: readonly Entry[], other: readonly Entry[]): readonly string[] {
  const known = new Set(other.map(({ name }) => name));
  return list.map(({ name }) => name).filter((name) => !known.has(name));
}

/** Entries that the other list lacks, or has with another value. */
export function entriesWithout(list: readonly Entry[], other: readonly Entry[]): readonly Entry[] {
  const known = new Map(other.map(({ name, value }) => [name, value]));
  return list.filter(({ name, value }) => known.get(name) !== value);
}
