import type { SeenStatement } from '../../slow.ts';
import type { PostgresSession } from '../session.ts';
import { keyOf, thisDatabase } from './counters.ts';
import { type Facts, seenStatement } from './seen.ts';
import { ownMark, type StatementSource } from './source.ts';

interface TextRow {
  readonly key: string;
  readonly id: string;
  readonly role: string | null;
  readonly query: string | null;
}

/** The texts of some statements; those that jem-db itself has sent are left out. */
export async function readStatements(
  session: PostgresSession,
  source: StatementSource,
  facts: Facts,
  keys: readonly string[],
): Promise<ReadonlyMap<string, SeenStatement>> {
  const sql = `
SELECT ${ownMark} key, id, pg_get_userbyid(userid)::text AS role, query
FROM (SELECT userid, query, queryid::text AS id, ${keyOf(source)} AS key
  FROM ${source.view}(true) WHERE ${thisDatabase}) s
WHERE key IN (SELECT json_array_elements_text($1::json))`;
  const rows = (await session.query(sql, [JSON.stringify(keys)])) as unknown as readonly TextRow[];
  return new Map(
    rows.flatMap(({ key, id, role, query }) =>
      query === null || query.includes(ownMark)
        ? []
        : [[key, seenStatement(session, facts, { id, role, sql: query, cut: false })] as const],
    ),
  );
}
