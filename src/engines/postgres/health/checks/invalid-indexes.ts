import { columnNames } from '../catalog.ts';
import { postgresCheck } from '../check.ts';
import { concurrently } from '../index-parts.ts';

interface Invalid {
  readonly name: string;
  readonly table: string;
  /** Whether it may be being built, which this role may not see. */
  readonly hidden: boolean;
  /** `I`: of a partitioned table, valid as soon as each partition has its part. */
  readonly kind: 'i' | 'I';
  readonly unique: boolean;
  /** Its columns; null: it is partial, or of expressions. */
  readonly columns: string | null;
  /** A partition (a pg_class of kind `partKind`) without a valid part of it. */
  readonly lacking: string | null;
  readonly partKind: string | null;
  /** A part that it has. */
  readonly part: string | null;
}

export const invalidIndexes = postgresCheck<Invalid>({
  id: 'invalid-indexes',
  title: 'indexes that are not valid',
  group: 'indexes',
  unit: null,
  thresholds: { warning: null, critical: 1 },
  source: 'PgHero',
  sql: () => `
    SELECT format('%I.%I', n.nspname, c.relname) AS name, format('%I.%I', tn.nspname, t.relname) AS "table",
      -- Whose progress this role may not see may be building this very index.
      EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.datname = current_database() AND p.relid IS NULL) AS hidden,
      c.relkind::text AS kind, i.indisunique AS "unique", l.lacking, l."partKind",
      CASE WHEN i.indexprs IS NULL AND i.indpred IS NULL AND i.indnatts = i.indnkeyatts
        THEN ${columnNames('i.indrelid', 'i.indkey::int2[]')} END AS columns,
      (SELECT min(format('%I.%I', xn.nspname, x.relname)) FROM pg_inherits h JOIN pg_class x ON x.oid = h.inhrelid
        JOIN pg_namespace xn ON xn.oid = x.relnamespace WHERE h.inhparent = c.oid) AS part
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
    LEFT JOIN LATERAL (
      SELECT format('%I.%I', pn.nspname, p.relname) AS lacking, p.relkind::text AS "partKind"
      FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
      WHERE c.relkind = 'I' AND h.inhparent = t.oid AND NOT EXISTS (
        SELECT FROM pg_inherits ih JOIN pg_index x ON x.indexrelid = ih.inhrelid
        WHERE ih.inhparent = c.oid AND x.indrelid = p.oid AND x.indisvalid)
      ORDER BY p.relkind DESC, 1 LIMIT 1
    ) l ON true
    WHERE NOT i.indisvalid AND c.relkind IN ('i', 'I')
      AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
    -- What is a part comes before what it is a part of.
    ORDER BY c.relkind = 'I', l."partKind" = 'p', 1`,
  judge(rows) {
    const [first] = rows;
    const partitioned = first?.kind === 'I';
    // Queries use the parts that there are; only that no row comes twice is not held.
    const harmless = rows.every(({ kind, unique }) => kind === 'I' && !unique);
    const what = partitioned
      ? 'not each partition has its part of it, so it is not used there, or not kept unique'
      : 'no query uses it, every write pays for it';
    return {
      status: first?.hidden ? 'unknown' : rows.length > 0 && harmless ? 'warning' : null,
      value: rows.length,
      summary:
        rows.length === 0
          ? 'all indexes are valid'
          : `${rows.length === 1 ? '1 index is' : `${rows.length} indexes are`} not valid: ${what}${first?.hidden ? '; or it is being built just now, which needs pg_read_all_stats to see' : ''}`,
      hint: first ? mend(first) : null,
      objects: rows.map(({ name, table, lacking }) => ({
        name,
        value: null,
        detail: `on ${table}${lacking === null ? '' : `, no valid part on ${lacking}`}`,
      })),
    };
  },
});

function mend({ name, kind, unique, columns, lacking, partKind, part }: Invalid): string {
  if (kind === 'I') {
    if (lacking === null) return `ALTER INDEX ${name} ATTACH PARTITION ${part};`;
    const create = `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${concurrently(partKind ?? '')}`;
    const like = columns === null ? 'with all that \\d of it shows' : `(${columns})`;
    return `${lacking} has no valid part of it: ${create}its_part ON ${lacking} ${like}; ALTER INDEX ${name} ATTACH PARTITION its_part; and so for others; or drop it: DROP INDEX ${name};`;
  }
  return /_cc(new|old)\d*"?$/.test(name)
    ? `A REINDEX CONCURRENTLY was broken off and left it: DROP INDEX CONCURRENTLY ${name};`
    : `It was being built without a lock, and that failed. Build it anew: REINDEX INDEX CONCURRENTLY ${name}; or drop it: DROP INDEX CONCURRENTLY ${name};`;
}
