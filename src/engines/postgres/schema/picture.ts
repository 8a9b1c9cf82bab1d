import { keyOf, type Schema, type SchemaObject } from '../../schema.ts';
import { foundIn, type Found, type RawRow } from './rows.ts';
import { settled } from './settled.ts';

/** What `schemaSql` answers, in any order. */
export type RawRows = readonly RawRow[];

/** Pure: the catalog's rows as a schema, sorted by key. */
export function pictureOf(raw: RawRows, serverVersion: string): Schema {
  const picture = openPicture();
  for (const row of raw) picture.add(row);
  return picture.whole(serverVersion);
}

/** A schema that grows while its rows come in. */
export interface Picture {
  readonly add: (row: RawRow) => void;
  readonly whole: (serverVersion: string) => Schema;
}

export function openPicture(): Picture {
  const found: Entry[] = [];
  const entries: Entries = new Map();
  const lines: string[] = [];
  const add = (row: RawRow): void => {
    if (row.kind === 'depends') {
      if (row.rows) lines.push(...row.rows.split('\n'));
      return;
    }
    for (const { id, object } of foundIn(row)) {
      const entry = { object, key: keyOf(object), needs: [] };
      const at = id.indexOf(':');
      found.push(entry);
      entriesIn(entries, id.slice(0, at)).set(id.slice(at + 1), entry);
    }
  };
  const whole = (serverVersion: string): Schema => {
    for (const line of lines) readNeeds(line, entries);
    const objects = sorted(found).map(objectOf);
    return { engine: 'postgres', serverVersion, objects };
  };
  return { add, whole };
}

interface Entry {
  readonly object: Found['object'];
  readonly key: string;
  /** Keys, some of them more than once. */
  readonly needs: string[];
}

/** By catalog and oid, a column's with its number. */
type Entries = Map<string, Map<string, Entry>>;

function entriesIn(entries: Entries, catalog: string): Map<string, Entry> {
  const known = entries.get(catalog);
  if (known) return known;
  const added = new Map<string, Entry>();
  entries.set(catalog, added);
  return added;
}

/** One line: `catalog:oid>catalog:oid`, or `catalog>catalog=oid>oid oid>oid …`. */
function readNeeds(line: string, entries: Entries): void {
  const [, first = '', oid, second = '', other, pairs = `${oid}>${other}`] =
    /^(\w+)(?::(.*))?>(\w+)(?::(.*))?(?:=(.*))?$/.exec(line) ?? [];
  const [who, what] = [entriesIn(entries, first), entriesIn(entries, second)];
  for (const pair of pairs.split(' ')) {
    const at = pair.indexOf('>');
    const entry = who.get(pair.slice(0, at));
    if (entry) need(entry, pair.slice(at + 1), what);
  }
}

/** Who needs a column, `16402:2`, needs its table. */
function need(entry: Entry, id: string, what: ReadonlyMap<string, Entry>): void {
  const column = id.indexOf(':');
  for (const needed of [what.get(id), column < 0 ? undefined : what.get(id.slice(0, column))])
    if (needed && needed !== entry) entry.needs.push(needed.key);
}

/**
 * By their keys, as code units. Those of one table stand together: only a few of the keys need to
 * be held against each other.
 */
function sorted(entries: readonly Entry[]): readonly Entry[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const { type, schema, table } = entry.object;
    const group = `${type}\0${schema ?? none}\0${table ?? none}`;
    const known = groups.get(group);
    if (known) known.push(entry);
    else groups.set(group, [entry]);
  }
  return [...groups.values()]
    .map((group) => (group.length > 1 ? group.toSorted(byKey) : group))
    .toSorted(([a], [b]) => (a && b ? byKey(a, b) : 0))
    .flat();
}

/** No name holds a zero. */
const none = '\0';

function byKey(a: Entry, b: Entry): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function objectOf({ object, needs }: Entry): SchemaObject {
  object.dependsOn = needs.length < 2 ? needs : [...new Set(needs)].toSorted();
  const attributes = settled(object.attributes);
  return attributes === object.attributes ? object : { ...object, attributes };
}
