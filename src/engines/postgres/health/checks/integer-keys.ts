import { identifier } from '../../quoting.ts';
import { nameOf, rowsOf, userRelations } from '../catalog.ts';
import { postgresCheck } from '../check.ts';
import { plainType } from '../key-types.ts';

interface Key {
  readonly name: string;
  readonly column: string;
  readonly type: string;
  readonly rows: number;
  /** Highest value that statistics know of; null: there are none, or not for this role. */
  readonly highest: number | null;
  readonly used: number | null;
  readonly readable: boolean;
  /** How high it has come, nothing tells this role. */
  readonly unseen: boolean;
}

/** Below so many rows, no statistics are no reason to wonder: ANALYZE has not come by yet. */
const few = 10_000;

/** Numbers that an application makes itself; the highest is read from statistics, not the table. */
export const integerKeys = postgresCheck<Key>({
  id: 'integer-keys',
  title: 'primary keys of small integers that come to their end',
  group: 'integrity',
  unit: '%',
  thresholds: { warning: 70, critical: 90 },
  source: 'jem-db; PgHero 90 %',
  sql: () => `
    SELECT * FROM (
    SELECT k.*,
      -- Each kind has its own 100: no number of those that are seen hides one that is not.
      row_number() OVER (PARTITION BY unseen ORDER BY used DESC NULLS LAST, rows DESC, name) AS place
    FROM (
    SELECT name, "column", type, rows, highest, readable,
      (100 * greatest(highest, CASE WHEN rows > ${few} THEN rows END) / cap)::float8 AS used,
      highest IS NULL AND (rows >= ${few} OR NOT readable) AS unseen
    FROM (
      SELECT ${nameOf('t')} AS name, quote_ident(a.attname) AS "column", y.typname AS type,
        ${rowsOf('t')}::float8 AS rows,
        CASE ${plainType('y')} WHEN 'int2'::regtype THEN 32767 ELSE 2147483647 END AS cap,
        has_column_privilege(a.attrelid, a.attnum, 'SELECT') AND NOT row_security_active(t.oid) AS readable,
        (SELECT max(v::float8) FROM unnest(p.histogram_bounds::text::text[] || p.most_common_vals::text::text[]) v) AS highest
      FROM pg_index i JOIN ${userRelations('t', 'rp')} ON t.oid = i.indrelid
      JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (i.indkey::int2[])
      JOIN pg_type y ON y.oid = a.atttypid AND ${plainType('y')} IN ('int2'::regtype, 'int4'::regtype)
      LEFT JOIN pg_stat_user_tables s ON s.relid = t.oid
      LEFT JOIN pg_stats p ON p.schemaname = tn.nspname AND p.tablename = t.relname AND p.attname = a.attname
        AND NOT p.inherited
      -- Of several columns, one of few values is no counter.
      WHERE i.indisprimary AND i.indnkeyatts = 1
    ) found) k) placed WHERE place <= 100 ORDER BY used DESC NULLS LAST, rows DESC, name`,
  judge(rows, { user }, thresholds) {
    const [worst] = rows;
    if (!worst) return { notApplicable: 'no primary key is of type integer or smallint' };
    const bad = ({ used }: Key): boolean =>
      used !== null && used >= (thresholds?.warning ?? thresholds?.critical ?? Infinity);
    const value = Math.round((worst.used ?? 0) * 10) / 10;
    const unseenKeys = rows.filter(({ unseen: not }) => not);
    const [unseen] = unseenKeys;
    if (unseen && !bad(worst))
      return {
        status: 'unknown',
        value: null,
        summary: unseen.readable
          ? `${unseen.name} has no statistics to tell its highest ${unseen.column} from`
          : `${user} may not see how high ${unseen.column} of ${unseen.name} has come`,
        hint: unseen.readable
          ? `ANALYZE ${unseen.name};`
          : `${grants(unseenKeys, identifier(user))} -- below row-level security, it takes a role with BYPASSRLS`,
      };
    return {
      status: null,
      value,
      summary: `${worst.name}.${worst.column} is the fullest integer key: ${value} % of what ${worst.type} holds`,
      hint: `ALTER TABLE ${worst.name} ALTER COLUMN ${worst.column} TYPE bigint; -- rewrites the table under a lock: for a large one, fill a bigint column beside it and change over; and so for the foreign keys on it`,
      objects: rows.filter(bad).map((row) => ({
        name: `${row.name}.${row.column}`,
        value: Math.round(row.used ?? 0),
        detail: `${row.type}, at ${row.highest ?? `${row.rows} rows`}`,
      })),
    };
  },
});

function grants(keys: readonly Key[], role: string): string {
  const hidden = keys.filter(({ readable }) => !readable);
  return hidden.length > 5
    ? `GRANT pg_read_all_data TO ${role};`
    : hidden.map(({ name, column }) => `GRANT SELECT (${column}) ON ${name} TO ${role};`).join(' ');
}
