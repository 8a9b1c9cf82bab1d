import type { PostgresSession } from '../session.ts';
import { tokensOf } from './parameters.ts';
import { ownMark } from './source.ts';

interface OwnFunction {
  readonly name: string;
}

/**
 * Functions that somebody has made here, that say of themselves that they change nothing (IMMUTABLE
 * or STABLE), and that planning may run: where all they take is known, the planner asks them. What a
 * mislabelled one does beside the transaction no rollback takes back. Found by the words and
 * operators of the text, and behind the tables that the prepared statement has locked: in views,
 * policies, defaults, checks and indexes. Those of extensions are trusted as the server's own are.
 */
const functionsSql = `
WITH word AS (SELECT json_array_elements_text($1::json) AS text),
own AS (
  SELECT p.oid, p.proname, p.pronamespace FROM pg_proc p
  WHERE p.provolatile <> 'v' AND p.oid >= 16384 AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')),
locked AS (
  SELECT DISTINCT relation AS oid FROM pg_locks
  WHERE pid = pg_backend_pid() AND locktype = 'relation'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND relation >= 16384),
part AS (
  SELECT 'pg_class'::regclass::oid AS classid, oid AS objid FROM locked
  UNION SELECT 'pg_class'::regclass, indexrelid FROM pg_index WHERE indrelid IN (SELECT oid FROM locked)
  UNION SELECT 'pg_rewrite'::regclass, oid FROM pg_rewrite WHERE ev_class IN (SELECT oid FROM locked)
  UNION SELECT 'pg_policy'::regclass, oid FROM pg_policy WHERE polrelid IN (SELECT oid FROM locked)
  UNION SELECT 'pg_attrdef'::regclass, oid FROM pg_attrdef WHERE adrelid IN (SELECT oid FROM locked)
  UNION SELECT 'pg_constraint'::regclass, oid FROM pg_constraint
    WHERE conrelid IN (SELECT oid FROM locked) OR contypid <> 0),
used AS (
  SELECT d.refobjid AS oid FROM pg_depend d JOIN part p ON p.classid = d.classid AND p.objid = d.objid
  WHERE d.refclassid = 'pg_proc'::regclass
  UNION SELECT oprcode FROM pg_operator WHERE oprname IN (SELECT text FROM word)
  UNION SELECT o.oprcode FROM pg_depend d JOIN part p ON p.classid = d.classid AND p.objid = d.objid
    JOIN pg_operator o ON o.oid = d.refobjid WHERE d.refclassid = 'pg_operator'::regclass
  UNION SELECT castfunc FROM pg_cast WHERE oid >= 16384
  UNION SELECT amproc FROM pg_amproc WHERE oid >= 16384)
SELECT ${ownMark} DISTINCT format('%I.%I', n.nspname, own.proname) AS name
FROM own JOIN pg_namespace n ON n.oid = own.pronamespace
WHERE own.proname IN (SELECT text FROM word) OR own.oid IN (SELECT oid FROM used)
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
