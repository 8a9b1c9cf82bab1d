import { identifier } from '../../quoting.ts';
import { userRelations } from '../catalog.ts';
import { postgresCheck } from '../check.ts';
import { plainType } from '../key-types.ts';

interface Sequence {
  readonly name: string;
  readonly last: string | null;
  readonly end: string;
  /** Percent of what it can give; null: this role may not see it. */
  readonly used: number | null;
  /** The narrowest column that takes its numbers. */
  readonly table: string | null;
  readonly column: string | null;
  readonly narrow: boolean;
  readonly hidden: number;
  /** Where the first of them is. */
  readonly hiddenIn: string | null;
}

/** The column may end before the sequence does: a bigint sequence that fills an integer. */
export const sequences = postgresCheck<Sequence>({
  id: 'sequences',
  title: 'sequences that are nearly used up',
  group: 'integrity',
  unit: '%',
  thresholds: { warning: 70, critical: 90 },
  source: 'jem-db; check_postgres 85 and 95 %, PgHero 90 %',
  sql: () => `
    SELECT name, schema, last, "end"::text AS "end", "table", "column", "end" <> own AS narrow,
      CASE WHEN seen THEN 100 * coalesce((last::numeric - begin) / nullif("end" - begin, 0), 0) END::float8 AS used,
      (count(*) FILTER (WHERE NOT seen) OVER ())::int AS hidden,
      min(schema) FILTER (WHERE NOT seen) OVER () AS "hiddenIn"
    FROM (
      SELECT format('%I.%I', sn.nspname, s.relname) AS name, quote_ident(sn.nspname) AS schema,
        p.last_value::text AS last, has_sequence_privilege(s.oid, 'SELECT, USAGE') AS seen,
        CASE WHEN q.seqincrement > 0 THEN q.seqmin ELSE q.seqmax END::numeric AS begin,
        CASE WHEN q.seqincrement > 0 THEN q.seqmax ELSE q.seqmin END::numeric AS own,
        CASE WHEN q.seqincrement > 0 THEN least(q.seqmax, c.cap) ELSE greatest(q.seqmin, -c.cap - 1) END::numeric AS "end",
        c."table", c."column"
      FROM ${userRelations('s', 'S')}
      JOIN pg_sequence q ON q.seqrelid = s.oid AND NOT q.seqcycle
      LEFT JOIN pg_sequences p ON p.schemaname = sn.nspname AND p.sequencename = s.relname
      LEFT JOIN LATERAL (
        SELECT a.attrelid::regclass::text AS "table", quote_ident(a.attname) AS "column",
          CASE ${plainType('y')} WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647 ELSE 9223372036854775807 END AS cap
        FROM (
          SELECT d.refobjid AS relid, d.refobjsubid AS number FROM pg_depend d
          WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.refclassid = 'pg_class'::regclass
            AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
          UNION
          SELECT f.adrelid, f.adnum FROM pg_depend d JOIN pg_attrdef f ON f.oid = d.objid
          WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid
        ) u
        JOIN pg_attribute a ON a.attrelid = u.relid AND a.attnum = u.number
        JOIN pg_type y ON y.oid = a.atttypid
        ORDER BY 3, 1 LIMIT 1
      ) c ON true
    ) found ORDER BY used DESC NULLS LAST, name LIMIT 100`,
  judge(rows, { user }, thresholds) {
    const [worst] = rows;
    if (!worst) return { notApplicable: 'there are no sequences' };
    const value = worst.used === null ? null : Math.round(worst.used * 10) / 10;
    const bad = (used: number | null): boolean =>
      used !== null && used >= (thresholds?.warning ?? thresholds?.critical ?? Infinity);
    const said =
      value === null
        ? ''
        : `${worst.name} is the fullest: ${value} % of what ${placeOf(worst)} can hold is used`;
    if (worst.hidden > 0 && !bad(value))
      return {
        status: 'unknown',
        value,
        summary: `${user} may not see ${worst.hidden} of the sequences${said && `; ${said}`}`,
        hint: `GRANT SELECT ON ALL SEQUENCES IN SCHEMA ${worst.hiddenIn} TO ${identifier(user)};`,
      };
    return {
      status: null,
      value,
      summary: said,
      hint: mend(worst),
      objects: rows
        .filter(({ used }) => bad(used))
        .map((row) => ({
          name: row.name,
          value: Math.round((row.used ?? 0) * 10) / 10,
          detail: `at ${row.last}; ${placeOf(row)} ends at ${row.end}`,
        })),
    };
  },
});

function placeOf({ narrow, name, table, column }: Sequence): string {
  return narrow ? `the column ${table}.${column}` : name;
}

function mend({ narrow, name, table, column }: Sequence): string {
  const wider = `ALTER SEQUENCE ${name} AS bigint NO MAXVALUE;`;
  const rewrite = table === null ? '' : `ALTER TABLE ${table} ALTER COLUMN ${column} TYPE bigint; `;
  return narrow
    ? `${rewrite}-- rewrites the table under a lock: for a large one, fill a bigint column beside it and change over`
    : `${rewrite}${wider}`;
}
