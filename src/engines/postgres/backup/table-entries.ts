import type { ArchiveEntry } from './archive.ts';

/** A table that a dump holds. */
export interface DumpedTable {
  readonly schema: string;
  readonly name: string;
  readonly entry: ArchiveEntry;
}

/** What belongs to a table, and goes where it goes. */
const parts: ReadonlySet<string> = new Set([
  ...['TABLE DATA', 'DEFAULT', 'CONSTRAINT', 'CHECK CONSTRAINT', 'FK CONSTRAINT', 'INDEX'],
  ...['STATISTICS', 'STATISTICS DATA', 'RULE', 'TRIGGER', 'ROW SECURITY', 'POLICY', 'COMMENT'],
  ...['ACL', 'SECURITY LABEL', 'SEQUENCE', 'SEQUENCE OWNED BY', 'SEQUENCE SET', 'INDEX ATTACH'],
]);

/** What a table may need, and is made with it where it is not there. */
const needs: ReadonlySet<string> = new Set(['SCHEMA', 'SEQUENCE', 'TYPE', 'DOMAIN']);

export interface TableSelection {
  /** In the order of the dump. */
  readonly entries: readonly ArchiveEntry[];
  readonly tables: readonly DumpedTable[];
  /** Foreign keys whose other table is neither chosen nor there, as the dump has them. */
  readonly leftOut: readonly ArchiveEntry[];
}

/**
 * Chooses from a dump some tables, their partitions and all that belongs to them. `isThere` tells
 * whether what an entry makes is in the target.
 */
export function chooseTables(
  all: readonly ArchiveEntry[],
  known: readonly DumpedTable[],
  {
    wanted,
    isThere,
  }: {
    readonly wanted: readonly DumpedTable[];
    readonly isThere: (entry: ArchiveEntry) => boolean;
  },
): TableSelection {
  const byId = new Map(all.map((entry) => [entry.id, entry]));
  const tableById = new Map(known.map((table) => [table.entry.id, table]));
  const chosen = new Set(wanted.map(({ entry }) => entry.id));
  addPartitions(all, byId, chosen);
  const tables = [...chosen].flatMap((id) => tableById.get(id) ?? []);

  const others = ({ dependsOn }: ArchiveEntry) =>
    dependsOn.flatMap((id) => byId.get(id) ?? []).filter(({ kind }) => kind === 'TABLE');
  const isAtHome = ({ text }: ArchiveEntry) =>
    tables.some(({ schema, name }) => text.startsWith(`${schema} ${name} `));
  const foreign = all.filter((one) => one.kind === 'FK CONSTRAINT' && isAtHome(one));
  const leftOut = foreign.filter((one) =>
    others(one).some((table) => !chosen.has(table.id) && !isThere(table)),
  );

  const fits = (entry: ArchiveEntry) =>
    parts.has(entry.kind) &&
    entry.dependsOn.some((id) => chosen.has(id)) &&
    (entry.kind !== 'FK CONSTRAINT' || (isAtHome(entry) && !leftOut.includes(entry))) &&
    (entry.kind !== 'INDEX ATTACH' || others(entry).every(({ id }) => chosen.has(id)));
  const isNeeded = (entry: ArchiveEntry) => needs.has(entry.kind) && !isThere(entry);
  let before = -1;
  while (chosen.size > before) {
    before = chosen.size;
    for (const entry of all) {
      if (fits(entry)) chosen.add(entry.id);
      if (!chosen.has(entry.id)) continue;
      for (const need of entry.dependsOn.flatMap((id) => byId.get(id) ?? []))
        if (isNeeded(need)) chosen.add(need.id);
    }
  }
  return { entries: all.filter(({ id }) => chosen.has(id)), tables, leftOut };
}

/** A partition is attached by an entry that is called as its table is. */
function addPartitions(
  all: readonly ArchiveEntry[],
  byId: ReadonlyMap<number, ArchiveEntry>,
  chosen: Set<number>,
): void {
  const attaching = all.filter(({ kind }) => kind === 'TABLE ATTACH');
  let before = -1;
  while (chosen.size > before) {
    before = chosen.size;
    for (const { id, text, dependsOn } of attaching) {
      const child = dependsOn.find((one) => byId.get(one)?.text === text);
      const parent = dependsOn.find((one) => one !== child);
      if (child === undefined || parent === undefined || !chosen.has(parent)) continue;
      chosen.add(child).add(id);
    }
  }
}
