import type { Finding, Thresholds } from '../../../health.ts';
import { postgresCheck } from '../check.ts';
import { ofTheUser } from '../parts.ts';
import { counted, inBytes, quotedName } from '../words.ts';

interface Bloated {
  readonly name: string;
  /** Whether this role sees the statistics of the table. */
  readonly seen: boolean;
  readonly bytes: number;
  /** An estimate; null: no statistics to go by. */
  readonly wasted: number | null;
}

/** Bytes: of smaller ones, or of less waste, nobody gains by mending them. */
const worth = { warning: 100e6, critical: 1e9 };

/** More are counted, but not named. No query cuts them off: it would cut off what it cannot see. */
const most = 100;

/** Pages of a table that its rows would not need, by the widths that ANALYZE found. */
const tablesSql = `
  SELECT name, seen, tblpages * bs AS bytes, CASE WHEN known THEN bs * greatest(0, tblpages
    - ceil(reltuples / floor((bs - 24) * fillfactor / (100 * size)))) END AS wasted
  FROM (SELECT name, seen, known, tblpages, reltuples, bs, fillfactor,
      -- A line pointer, the header and the data, each filled up to 8 bytes.
      4 + 8 * ceil(header / 8.0) + 8 * ceil(data / 8.0) AS size
    FROM (SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relpages::float8 AS tblpages, c.reltuples::float8 AS reltuples,
        current_setting('block_size')::float8 AS bs, count(s.attname) = count(*) AND c.reltuples >= 0 AS known,
        has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid) AS seen,
        coalesce((SELECT o.option_value::float8 FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'fillfactor'), 100) AS fillfactor,
        23 + CASE WHEN max(s.null_frac) > 0 THEN (7 + count(*)) / 8 ELSE 0 END AS header,
        sum((1 - s.null_frac) * s.avg_width)::float8 AS data
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
      LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname AND NOT s.inherited
      WHERE c.relkind IN ('r', 'm') AND ${ofTheUser}
        AND c.relpages * current_setting('block_size')::float8 >= ${worth.warning}
      GROUP BY c.oid, n.nspname, c.relname, c.relpages, c.reltuples, c.reloptions) w) p
  ORDER BY wasted DESC NULLS LAST`;

/** The statistics of an expression stand under the name of the index. */
const indexesSql = `
  SELECT name, seen, pages * bs AS bytes, CASE WHEN known THEN bs * greatest(0, pages
    - ceil(1 + reltuples / floor((bs - 40) * fillfactor / (100 * size)))) END AS wasted
  FROM (SELECT name, seen, known, pages, reltuples, bs, fillfactor,
      4 + 8 * ceil(header / 8.0) + 8 * ceil(data / 8.0) AS size
    FROM (SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relpages::float8 AS pages, c.reltuples::float8 AS reltuples,
        current_setting('block_size')::float8 AS bs, count(s.attname) = count(*) AND c.reltuples >= 0 AS known,
        has_table_privilege(t.oid, 'SELECT') AND NOT row_security_active(t.oid) AS seen,
        coalesce((SELECT o.option_value::float8 FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'fillfactor'), 90) AS fillfactor,
        CASE WHEN max(s.null_frac) > 0 THEN 12 ELSE 8 END AS header,
        sum((1 - s.null_frac) * s.avg_width)::float8 AS data
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree' JOIN pg_class t ON t.oid = i.indrelid
      JOIN pg_attribute ia ON ia.attrelid = c.oid AND ia.attnum <= i.indnatts
      LEFT JOIN pg_attribute ta ON ta.attrelid = t.oid AND ta.attnum = i.indkey[ia.attnum - 1] AND ta.attnum <> 0
      LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND NOT s.inherited
        AND s.tablename = CASE WHEN ta.attname IS NULL THEN c.relname ELSE t.relname END
        AND s.attname = coalesce(ta.attname, ia.attname)
      WHERE c.relkind = 'i' AND ${ofTheUser}
        AND c.relpages * current_setting('block_size')::float8 >= ${worth.warning}
      GROUP BY c.oid, t.oid, n.nspname, c.relname, c.relpages, c.reltuples, c.reloptions) w) p
  ORDER BY wasted DESC NULLS LAST`;

interface What {
  readonly one: string;
  readonly more: string;
  readonly mend: (name: string) => string;
}

function judge(
  rows: readonly Bloated[],
  thresholds: Thresholds | null,
  user: string,
  { one, more, mend }: What,
): Finding {
  const { warning, critical } = { warning: null, critical: null, ...thresholds };
  const beyond = ({ bytes, wasted }: Bloated, share: number | null, least: number): boolean =>
    share !== null && wasted !== null && wasted >= least && (100 * wasted) / bytes >= share;
  const bad = rows.filter((row) => beyond(row, warning, worth.warning));
  const isCritical = bad.some((row) => beyond(row, critical, worth.critical));
  const [worst] = bad;
  const hidden = rows.filter((row) => row.wasted === null);
  if (worst === undefined && hidden.length > 0) return unseen(hidden, user);
  return {
    status: isCritical ? 'critical' : worst ? 'warning' : 'ok',
    value: worst ? share(worst) : 0,
    summary: worst
      ? `${counted(bad.length, one, more)} far too large by an estimate, the worst ${worst.name}: about ${inBytes(worst.wasted!)} of ${inBytes(worst.bytes)}`
      : `of ${counted(rows.length, one, more).replace(/ (is|are)$/, '')} larger than ${inBytes(worth.warning)} none is far larger than its rows need, by an estimate`,
    hint: worst ? mend(worst.name) : null,
    objects: bad.slice(0, most).map((row) => ({
      name: row.name,
      value: share(row),
      detail: `about ${inBytes(row.wasted!)} of ${inBytes(row.bytes)}, ${share(row)} %`,
    })),
  };
}

function share({ wasted, bytes }: Bloated): number {
  return Math.round((100 * (wasted ?? 0)) / bytes);
}

function unseen(hidden: readonly Bloated[], user: string): Finding {
  const forbidden = hidden.some(({ seen }) => !seen);
  const { name } = hidden.find(({ seen }) => seen !== forbidden)!;
  return {
    status: 'unknown',
    value: null,
    summary: `${counted(hidden.length, 'large one has', 'large ones have')} no statistics that ${user} may see, as ${name}`,
    hint: forbidden
      ? `GRANT pg_read_all_data TO ${quotedName(user)}; it then reads all data, as ANALYZE keeps some of them; tables with row-level security need BYPASSRLS too.`
      : 'ANALYZE;',
  };
}

const shared = {
  group: 'vacuum',
  unit: '%',
  thresholds: { warning: 30, critical: 50 },
  source: 'estimate: ioguix; jem-db: 30 % and 100 MB, 50 % and 1 GB',
} as const;

export const tableBloat = postgresCheck<Bloated>({
  ...shared,
  id: 'table-bloat',
  title: 'tables far larger than their rows',
  sql: () => tablesSql,
  judge: (rows, { user }, thresholds) =>
    judge(rows, thresholds, user, {
      one: 'table is',
      more: 'tables are',
      mend: (name) =>
        `What is free is used again by new rows. To give it back: VACUUM (FULL) ${name}; which locks it until it is done; pg_repack does it without.`,
    }),
});

export const indexBloat = postgresCheck<Bloated>({
  ...shared,
  id: 'index-bloat',
  title: 'indexes far larger than their entries',
  sql: () => indexesSql,
  judge: (rows, { user }, thresholds) =>
    judge(rows, thresholds, user, {
      one: 'index is',
      more: 'indexes are',
      mend: (name) => `On the primary: REINDEX INDEX CONCURRENTLY ${name};`,
    }),
});
