import type { Observation } from '../schema.ts';
import type { Relation } from './rehearse-relations.ts';

/** From weak to strong. Source: PostgreSQL manual, "Table-Level Locks". */
const modes = [
  'AccessShare',
  'RowShare',
  'RowExclusive',
  'ShareUpdateExclusive',
  'Share',
  'ShareRowExclusive',
  'Exclusive',
  'AccessExclusive',
] as const;

/** The strongest lock on each relation, by number. */
export type Held = ReadonlyMap<number, number>;

/** Of a mode as `pg_locks` has it; -1 for one that keeps nobody away. */
export function lockStrength(mode: string): number {
  return modes.findIndex((one) => `${one}Lock` === mode);
}

interface Locks {
  readonly before: Held;
  readonly now: Held;
  /** Dropped since. */
  readonly gone: ReadonlySet<number>;
}

/** What is held more strongly than before, of the relations that were there. */
export function locksTold(
  relations: ReadonlyMap<number, Relation>,
  locks: Locks,
): Observation['locks'] {
  return [...locks.now]
    .filter(([oid, strength]) => strength > (locks.before.get(oid) ?? -1))
    .flatMap(([oid, strength]) => {
      const relation = relations.get(oid);
      const mode = modes[strength];
      return relation && mode && isWorthTelling(relation, strength, locks)
        ? [{ relation: relation.name, mode }]
        : [];
    })
    .toSorted((a, b) => (a.relation < b.relation ? -1 : 1));
}

function isWorthTelling({ oid, kind, table }: Relation, strength: number, locks: Locks): boolean {
  if (kind === 't') return false;
  // Whoever takes a number of it has that much.
  if (kind === 'S') return strength > modes.indexOf('RowExclusive');
  if (table === null) return true;
  // An index is locked with its table, unless it is what the statement is about.
  if (strength > (locks.now.get(table) ?? -1)) return true;
  return locks.gone.has(oid) && !locks.gone.has(table);
}
