import { withoutLiterals } from '../../sql/excerpt.ts';
import { concurrentIndexName } from '../../sql/kinds.ts';
import { postgresDialect } from './dialect.ts';
import type { PostgresSession } from './session.ts';

interface IndexRow {
  readonly name: string;
}

// An index that is being built right now is INVALID too, and whoever builds it needs it.
const invalidSql = `
SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid AND c.relkind = 'i'
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = c.oid)`;

/** The indexes, as SQL has them, that a CONCURRENTLY has left behind unfinished. */
export async function invalidIndexes({ client }: PostgresSession): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<IndexRow>(invalidSql);
  return new Set(rows.map(({ name }) => name));
}

/**
 * The SQL that drops what an earlier try of this CREATE INDEX CONCURRENTLY has left behind; null
 * where there is nothing, or it is another table's. `client` has the search path of the script.
 */
export async function dropLeftover(
  { client }: PostgresSession,
  text: string,
): Promise<string | null> {
  const name = concurrentIndexName(text);
  const table = name === null ? null : indexedTable(text);
  if (table === null) return null;
  const { rows } = await client.query<IndexRow>(
    `${invalidSql} AND c.relname = $1 AND i.indrelid = to_regclass($2)`,
    [name, table],
  );
  const found = rows[0]?.name;
  return found === undefined ? null : `DROP INDEX CONCURRENTLY ${found}`;
}

const part = String.raw`(?:"(?:[^"]|"")+"|[\w$\u0080-\uffff]+)`;
const onTable = new RegExp(
  String.raw`CONCURRENTLY (?:IF NOT EXISTS )?${part} ?ON (?:ONLY )?(${part}(?: ?\. ?${part})?)`,
  'i',
);

/** The table's name as the statement writes it; null where the statement is written oddly. */
function indexedTable(text: string): string | null {
  return onTable.exec(withoutLiterals(text, postgresDialect))?.[1] ?? null;
}

/** What to tell of indexes that a failed statement has left behind. */
export function leftBehindText(names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const drops = names.map((name) => `DROP INDEX CONCURRENTLY ${name};`).join(' ');
  return `It left behind ${names.join(' and ')}, marked INVALID: no query uses it, every write pays for it. The next try drops it first; to do so by hand: ${drops}`;
}
