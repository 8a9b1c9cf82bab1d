import type { PostgresSession } from '../session.ts';
import { tokensOf } from './parameters.ts';
import { ownMark } from './source.ts';

interface OwnFunction {
  readonly name: string;
}

/**
 * Functions that somebody has made here, that say of themselves that they change nothing (IMMUTABLE
 * or STABLE) or are written in SQL, and that planning may run: where all they take is known, the
 * planner asks them, and it does so inside of SQL functions, which it inlines. What a mislabelled one does beside the transaction no rollback takes back. Found by the words and
 * operators of the text, and behind the tables that the prepared statement has locked: in views,
 * policies, defaults, checks and indexes, in casts, and in domains. Those of extensions are trusted as the server's own are.
 */
const functionsSql = `
WITH RECURSIVE own AS MATERIALIZED (
  SELECT p.oid, p.proname, p.pronamespace FROM pg_proc p
  JOIN pg_language l ON l.oid = p.prolang
  -- What is written in SQL is put into the statement, whatever it says of itself, and what it calls is
  -- looked up along the search path, also where it came with an extension.
  WHERE p.oid >= 16384 AND (l.lanname = 'sql' OR p.provolatile <> 'v' AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'))),
word AS MATERIALIZED (SELECT json_array_elements_text($1::json) AS text),
locked AS MATERIALIZED (
  SELECT DISTINCT relation AS oid FROM pg_locks
  WHERE pid = pg_backend_pid() AND locktype = 'relation' AND relation >= 16384
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())),
dependent AS MATERIALIZED (
  SELECT own.oid AS function, d.classid, d.objid FROM own
  JOIN pg_depend d ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = own.oid
  UNION SELECT own.oid, d.classid, d.objid FROM own JOIN pg_operator o ON o.oprcode = own.oid
  JOIN pg_depend d ON d.refclassid = 'pg_operator'::regclass AND d.refobjid = o.oid),
checked(function, oid) AS (
  SELECT d.function, c.contypid FROM dependent d JOIN pg_constraint c ON c.oid = d.objid
  WHERE d.classid = 'pg_constraint'::regclass AND c.contypid <> 0
  UNION SELECT c.function, t.oid FROM checked c JOIN pg_type t ON t.typbasetype = c.oid
    OR t.typelem = c.oid OR t.typtype = 'c' AND EXISTS (
      SELECT FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND a.atttypid = c.oid)),
used AS (
  SELECT oid FROM own WHERE proname IN (SELECT text FROM word)
  UNION SELECT oprcode FROM pg_operator WHERE oprname IN (SELECT text FROM word)
  UNION SELECT function FROM dependent WHERE classid IN ('pg_cast'::regclass, 'pg_amproc'::regclass)
  UNION SELECT d.function FROM dependent d
  LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
  LEFT JOIN pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
  LEFT JOIN pg_attrdef a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
  LEFT JOIN pg_constraint c ON d.classid = 'pg_constraint'::regclass AND c.oid = d.objid
  LEFT JOIN pg_index i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
  WHERE coalesce(r.ev_class, p.polrelid, a.adrelid, c.conrelid, i.indrelid, d.objid)
    IN (SELECT oid FROM locked)
  UNION SELECT c.function FROM checked c JOIN pg_type t ON t.oid = c.oid
  WHERE t.typname IN (SELECT text FROM word)
    OR EXISTS (SELECT FROM pg_attribute a JOIN locked l ON l.oid = a.attrelid WHERE a.atttypid = t.oid)
    OR EXISTS (SELECT FROM word w JOIN pg_proc p ON p.proname = w.text WHERE t.oid = ANY (p.proargtypes)))
SELECT ${ownMark} DISTINCT format('%I.%I', n.nspname, own.proname) AS name
FROM own JOIN used USING (oid) JOIN pg_namespace n ON n.oid = own.pronamespace
ORDER BY 1`;

/** Those that planning a statement may run; asked in the transaction in which it is prepared. */
export async function functionsPlanningMayRun(
  { client }: PostgresSession,
  sql: string,
): Promise<readonly string[]> {
  const words = tokensOf(sql).flatMap(({ kind, text }) => namesOf(kind, text));
  const { rows } = await client.query<OwnFunction>(functionsSql, [
    JSON.stringify([...new Set(words)]),
  ]);
  return rows.map(({ name }) => name);
}

function namesOf(kind: string, text: string): string[] {
  if (kind === 'word') return [text.toLowerCase()];
  if (kind === 'name') return [text.replace(/^"|"$/g, '').replaceAll('""', '"')];
  return kind === 'sign' ? [text] : [];
}
