import type { TypeText } from './tree.ts';

/** What a change of a column's type costs: nothing, a rewrite, or that unless in UTC. */
export type Cost = 'nothing' | 'rewrite' | 'rewrite-unless-utc';

/** Types whose first modifier is a length or precision that may grow, and be left out. */
const growing = new Set([
  'varchar',
  'varbit',
  'timestamp',
  'timestamptz',
  'time',
  'timetz',
  'interval',
]);

/** Pairs that are stored alike; the new one has no modifier. */
const alike = new Set(['varchar>text', 'text>varchar', 'cidr>inet', 'bit>varbit', 'xml>text']);

const zones = new Set(['timestamp>timestamptz', 'timestamptz>timestamp']);

/** What PostgreSQL 14 to 18 do; measured, see ATColumnChangeRequiresRewrite. */
export function costOf(from: TypeText, to: TypeText): Cost {
  if (from.array || to.array) return sameType(from, to) ? 'nothing' : 'rewrite';
  if (from.name === to.name) return grows(from, to) ? 'nothing' : 'rewrite';
  const pair = `${from.name}>${to.name}`;
  if (zones.has(pair))
    return grows({ ...from, name: to.name }, to) ? 'rewrite-unless-utc' : 'rewrite';
  return alike.has(pair) && to.mods.length === 0 ? 'nothing' : 'rewrite';
}

function sameType(from: TypeText, to: TypeText): boolean {
  return from.array === to.array && from.name === to.name && sameMods(from, to);
}

function sameMods({ mods: a }: TypeText, { mods: b }: TypeText): boolean {
  return a.length === b.length && a.every((mod, index) => mod === b[index]);
}

/** The new modifiers allow all that the old ones did. */
function grows(from: TypeText, to: TypeText): boolean {
  if (sameMods(from, to)) return true;
  const [old = Infinity, oldScale = 0] = from.mods;
  const [wide = Infinity, wideScale = 0] = to.mods;
  if (from.name === 'numeric')
    return to.mods.length === 0 || (wide >= old && wideScale === oldScale);
  return growing.has(from.name) && wide >= old;
}
