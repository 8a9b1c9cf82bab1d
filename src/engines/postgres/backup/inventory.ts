import type { LeftOut } from '../../backing-up.ts';
import type { PostgresSession } from '../session.ts';
import { ofUser, readInside } from './visible.ts';

/** One column of a table, in the order of names: that order is the same wherever it is restored. */
export interface Column {
  readonly name: string;
  /** The output function of its type, which a domain shares with the type below. */
  readonly out: string;
  readonly outSchema: string;
  /** The output function serves a whole class of types: enums, arrays, ranges, rows. */
  readonly polymorphic: boolean;
  readonly typmod: number;
  /** As a constraint that was checked for every row says. */
  readonly notNull: boolean;
}

/** A relation with rows of its own. */
export interface Table {
  readonly schema: string;
  readonly name: string;
  readonly partition: boolean;
  /** With what was moved out of line. */
  readonly bytes: number;
  readonly columns: readonly Column[];
  /** Of columns that are computed when they are read. */
  readonly virtual: readonly string[];
  readonly extension: string | null;
  /** SQL behind `FROM`: which rows of an extension's table are the user's; null: it is none. */
  readonly condition: string | null;
}

export interface View {
  readonly schema: string;
  readonly name: string;
  readonly populated: boolean;
  readonly readable: boolean;
}

export interface Sequence {
  readonly schema: string;
  readonly name: string;
  readonly lastValue: string | null;
  readonly increment: string;
}

export interface Inventory {
  readonly tables: readonly Table[];
  readonly views: readonly View[];
  readonly sequences: readonly Sequence[];
  readonly largeObjects: number;
  readonly leftOut: readonly LeftOut[];
}

const members = `
members AS (
  SELECT d.objid AS oid, e.extname AS extension,
    (SELECT x.condition FROM unnest(e.extconfig, e.extcondition) x(oid, condition)
      WHERE x.oid = d.objid) AS condition
  FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
  WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_extension'::regclass
    AND d.deptype = 'e')`;

const columns = `
  (SELECT json_agg(json_build_object('name', a.attname, 'out', p.proname, 'outSchema', o.nspname,
      'polymorphic', f.typtype = 'p', 'typmod', a.atttypmod, 'notNull', a.attnotnull AND NOT EXISTS (
        SELECT FROM pg_constraint k
        WHERE k.conrelid = c.oid AND k.contype = 'n' AND NOT k.convalidated)) ORDER BY a.attname COLLATE "C")
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    JOIN pg_proc p ON p.oid = t.typoutput JOIN pg_namespace o ON o.oid = p.pronamespace
    JOIN pg_type f ON f.oid = p.proargtypes[0]
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v')`;

/** Unlogged tables do not exist on a standby. */
const here = `NOT (c.relpersistence = 'u' AND pg_is_in_recovery())`;

const leftOut = `
  SELECT 'foreign table' AS type, n.nspname AS schema, c.relname AS name,
    'its rows are on another server' AS why
  FROM pg_class c, pg_namespace n WHERE ${ofUser} AND c.relkind = 'f'
  UNION ALL
  SELECT 'table of an extension', n.nspname, c.relname,
    'belongs to the extension ' || m.extension || ', which makes it anew'
  FROM pg_class c JOIN members m USING (oid), pg_namespace n
  WHERE ${ofUser} AND c.relkind = 'r' AND m.condition IS NULL
  UNION ALL
  SELECT 'unlogged table', n.nspname, c.relname, 'a standby has no rows of it'
  FROM pg_class c, pg_namespace n WHERE ${ofUser} AND c.relkind = 'r' AND NOT ${here}
  UNION ALL
  SELECT 'subscription', NULL, s.subname, 'only a superuser may dump it'
  FROM pg_database d, LATERAL (SELECT subname FROM pg_subscription WHERE subdbid = d.oid) s
  WHERE d.datname = current_database() AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)`;

const sql = `
WITH ${members}
SELECT json_build_object(
  'tables', (SELECT coalesce(json_agg(json_build_object(
      'schema', n.nspname, 'name', c.relname, 'partition', c.relispartition,
      'bytes', pg_relation_size(c.oid) + CASE WHEN c.reltoastrelid = 0 THEN 0 ELSE pg_relation_size(c.reltoastrelid) END,
      'columns', coalesce(${columns}, '[]'),
      'virtual', (SELECT coalesce(json_agg(a.attname ORDER BY a.attname COLLATE "C"), '[]')
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attgenerated = 'v' AND NOT a.attisdropped),
      'extension', m.extension, 'condition', m.condition)
      ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"), '[]')
    FROM pg_class c JOIN pg_namespace n ON ${ofUser}
    LEFT JOIN members m ON m.oid = c.oid
    WHERE c.relkind = 'r' AND ${here} AND (m.oid IS NULL OR m.condition IS NOT NULL)),
  'views', (SELECT coalesce(json_agg(json_build_object('schema', n.nspname, 'name', c.relname,
      'populated', c.relispopulated, 'readable', has_table_privilege(c.oid, 'SELECT')
        AND has_schema_privilege(n.oid, 'USAGE'))
      ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"), '[]')
    FROM pg_class c JOIN pg_namespace n ON ${ofUser}
    WHERE c.relkind = 'm' AND c.oid NOT IN (SELECT oid FROM members)),
  'sequences', (SELECT coalesce(json_agg(json_build_object('schema', n.nspname, 'name', c.relname,
      'lastValue', pg_sequence_last_value(c.oid)::text, 'increment', s.seqincrement::text)
      ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"), '[]')
    FROM pg_class c JOIN pg_namespace n ON ${ofUser} JOIN pg_sequence s ON s.seqrelid = c.oid
    LEFT JOIN members m ON m.oid = c.oid
    WHERE c.relkind = 'S' AND ${here} AND (m.oid IS NULL OR m.condition IS NOT NULL)),
  'largeObjects', (SELECT count(*) FROM pg_largeobject_metadata),
  'leftOut', (SELECT coalesce(json_agg(json_build_object('type', l.type, 'schema', l.schema,
      'name', l.name, 'why', l.why) ORDER BY l.type, l.schema COLLATE "C", l.name COLLATE "C"), '[]')
    FROM (${leftOut}) l)
)::text AS inventory`;

/** What the database holds, as the open transaction sees it, sorted by schema and name. */
export function readInventory(session: PostgresSession): Promise<Inventory> {
  return readInside<Inventory>(session, sql, 'inventory');
}
