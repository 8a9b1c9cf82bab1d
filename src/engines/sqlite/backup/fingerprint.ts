import { JemError } from '../../../errors.ts';
import { type Database, quoted, resultCode } from '../driver.ts';
import { pragma } from '../values.ts';
import type { Digest } from './digest.ts';
import { newRowHasher, NotExact } from './row-hash.ts';
import type { Range, StoredTable } from './tables.ts';
import { newByteReader } from './text-bytes.ts';

/** How the hashes are made. A change of anything that they depend on is a new version. */
export const method = 'sqlite-rows-murmur3-128/1';

/** What a table, or a range of its rows, comes to. */
export type Fingerprint = (table: StoredTable, range: Range | null) => Digest;

/** The work is no longer wanted. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

const functions = { row: 'jem_db_row', part: 'jem_db_part', end: 'jem_db_end' } as const;
/** Arguments at most: SQLite allows 1,000. */
const mostArguments = 960;

/**
 * Reads rows through functions that SQLite calls in its own scan: no row becomes an object. Text
 * is asked for as strings, which is fast; where they would not be all of it, as bytes. `stopped`
 * is asked at every row; then `Stopped` is thrown. The fingerprint throws what SQLite throws, and
 * `backup-incomplete` of a table that cannot be read here.
 */
export function newFingerprint(db: Database, stopped: () => boolean): Fingerprint {
  const encoding = String(pragma(db, 'encoding'));
  const hasher = newRowHasher();
  const putBytes = newByteReader(hasher, encoding);
  const options = { varargs: true, safeIntegers: true } as const;
  const end = (): void => {
    if (stopped()) throw new Stopped();
    hasher.endRow();
  };
  db.aggregate(functions.row, {
    ...{ ...options, start: null },
    step(_, ...values: unknown[]) {
      for (let i = 0; i < values.length; i++) hasher.put(values[i]);
      end();
    },
  });
  db.function(functions.part, options, (...values: unknown[]) => {
    putBytes(values);
    return null;
  });
  db.aggregate(functions.end, { ...options, start: null, step: end });

  const run = (what: string, { name, rowid }: StoredTable, range: Range | null): Digest => {
    hasher.take();
    const where = range === null ? '' : ` WHERE ${rowid} BETWEEN ? AND ?`;
    db.prepare(`SELECT ${what} FROM main.${quoted(name)} NOT INDEXED${where}`).get(
      ...(range ?? []),
    );
    return hasher.take();
  };
  return (table, range) => {
    try {
      const fast = encoding === 'UTF-8' && table.columns.length <= mostArguments;
      return (
        (fast && exact(() => run(asStrings(table), table, range))) ||
        run(asBytes(table), table, range)
      );
    } catch (error) {
      throw readable(error, table);
    }
  };
}

/** Null where strings do not tell all. */
function exact(digest: () => Digest): Digest | null {
  try {
    return digest();
  } catch (error) {
    if (error instanceof NotExact) return null;
    throw error;
  }
}

function asStrings({ columns }: StoredTable): string {
  return `${functions.row}(${columns.map(quoted).join(', ')})`;
}

/** Two arguments a column: the value, text as its bytes; and whether it is text. */
function asBytes({ columns }: StoredTable): string {
  const parts: string[] = [];
  for (let from = 0; from < columns.length; from += mostArguments / 2) {
    const pairs = columns.slice(from, from + mostArguments / 2).map((column) => {
      const name = quoted(column);
      const isText = `typeof(${name}) = 'text'`;
      return `CASE WHEN ${isText} THEN CAST(${name} AS BLOB) ELSE ${name} END, ${isText}`;
    });
    parts.push(`${functions.part}(${pairs.join(', ')})`);
  }
  return `${functions.end}(${parts.join(', ')})`;
}

function readable(error: unknown, { name }: StoredTable): unknown {
  const code = resultCode(error) ?? '';
  if (!(error instanceof Error) || !/^SQLITE_(ERROR|TOOBIG)/.test(code)) return error;
  const cause =
    code === 'SQLITE_TOOBIG'
      ? 'It holds a value of more than 512 MB.'
      : 'Its key needs a collation or a function that the application brings along.';
  return new JemError('backup-incomplete', `The table ${name} cannot be read here`, {
    why: `SQLite says: ${error.message}. ${cause}`,
    hint: 'Change the table, or leave the backup to the application.',
    original: error.message,
    cause: error,
  });
}
