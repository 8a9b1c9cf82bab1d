import type { Observation } from '../schema.ts';
import { firstOfUsers, readRelations, type Relation } from './rehearse-relations.ts';
import { lockStrength, locksTold, type Held } from './rehearse-locks.ts';
import type { PostgresSession } from './session.ts';

export type Sighting = Pick<Observation, 'locks' | 'rewritten' | 'scanned'>;

/** Sees what became of the relations that were there when it began. */
export interface Watch {
  /** What was done since the last look. */
  look(): Promise<Sighting>;
}

// Whatever is read or written is locked until the transaction ends, so the locks name it.
const lookSql = `
SELECT l.relation AS oid, l.mode, c.oid IS NOT NULL AS there, c.relfilenode AS file,
  pg_catalog.pg_stat_get_xact_numscans(l.relation)::pg_catalog.int4 AS scans
FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation
WHERE l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() AND l.granted
  AND l.locktype OPERATOR(pg_catalog.=) 'relation'
  AND l.relation OPERATOR(pg_catalog.>=) ${firstOfUsers}::pg_catalog.oid`;

interface Row {
  readonly oid: number;
  readonly mode: string;
  readonly there: boolean;
  readonly file: number | null;
  readonly scans: number;
}

/** Watches the transaction that is open, whatever role and settings it has taken on. */
export async function startWatch(session: PostgresSession): Promise<Watch> {
  const relations = await readRelations(session);
  const files = new Map([...relations].map(([oid, { file }]) => [oid, file]));
  const scans = new Map([...relations].map(([oid, { scans: count }]) => [oid, count]));
  let held: Held = new Map();
  return {
    look: async () => {
      const rows = await rowsOf(session);
      const locked = heldBy(rows);
      const gone = new Set(rows.filter(({ there }) => !there).map(({ oid }) => oid));
      const written = changed(files, rows, fileOf);
      const read = changed(scans, rows, scansOf);
      const sighting = {
        locks: locksTold(relations, { before: held, now: locked, gone }),
        rewritten: rewrittenOf(relations, written),
        // Writing a table anew says it all: TRUNCATE, say, reads only the new, empty one.
        scanned: scannedOf(relations, without(read, written)),
      };
      held = locked;
      return sighting;
    },
  };
}

function without(some: ReadonlySet<number>, others: ReadonlySet<number>): ReadonlySet<number> {
  return new Set([...some].filter((oid) => !others.has(oid)));
}

async function rowsOf({ client, failure }: PostgresSession): Promise<readonly Row[]> {
  const { rows } = await client.query<Row>(lookSql).catch((error: unknown) => {
    throw failure(error);
  });
  return rows;
}

function heldBy(rows: readonly Row[]): Held {
  const held = new Map<number, number>();
  for (const { oid, mode } of rows)
    held.set(oid, Math.max(held.get(oid) ?? -1, lockStrength(mode)));
  return held;
}

const fileOf = ({ file }: Row): number => file ?? 0;
const scansOf = ({ scans }: Row): number => scans;

/** Those whose number is another than it was, which is kept for the next look. */
function changed(
  known: Map<number, number>,
  rows: readonly Row[],
  valueOf: (row: Row) => number,
): ReadonlySet<number> {
  const found = new Set<number>();
  for (const row of rows) {
    const before = known.get(row.oid);
    if (!row.there || before === undefined || before === valueOf(row)) continue;
    known.set(row.oid, valueOf(row));
    found.add(row.oid);
  }
  return found;
}

/** Tables, and the indexes of such as were left as they are. */
function rewrittenOf(
  relations: ReadonlyMap<number, Relation>,
  changedFiles: ReadonlySet<number>,
): readonly string[] {
  return namesOf(relations, changedFiles, (relation) => {
    if (relation.kind === 'i') return changedFiles.has(relation.table ?? 0) ? null : relation;
    return isTable(relation) ? relation : null;
  });
}

function scannedOf(
  relations: ReadonlyMap<number, Relation>,
  scanned: ReadonlySet<number>,
): readonly string[] {
  return namesOf(relations, scanned, (relation) => (isTable(relation) ? relation : null));
}

/** With rows of their own: not views, sequences, indexes, and what only a table uses. */
function isTable({ kind }: Relation): boolean {
  return kind === 'r' || kind === 'm';
}

function namesOf(
  relations: ReadonlyMap<number, Relation>,
  found: ReadonlySet<number>,
  told: (relation: Relation) => Relation | null,
): readonly string[] {
  return [...found]
    .flatMap((oid) => relations.get(oid) ?? [])
    .flatMap((relation) => told(relation)?.name ?? [])
    .toSorted();
}
