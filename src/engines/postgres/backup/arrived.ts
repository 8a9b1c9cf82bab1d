import { JemError } from '../../../errors.ts';
import type { LogicalSource, TableContent } from '../../backing-up.ts';
import type { PostgresSession } from '../session.ts';
import { sqlName } from '../table-name.ts';
import type { RestoreAbout } from './restore-errors.ts';

/** Tables that one statement counts. */
const atOnce = 100;

/**
 * Counts what was restored: pg_restore 18 takes a compressed file that was cut short for a whole one
 * and ends well. Throws `backup-corrupt` with the table and both counts.
 */
export async function refuseLostRows(
  session: PostgresSession,
  { content }: LogicalSource,
  about: RestoreAbout,
): Promise<void> {
  const tables = content.tables.filter(isWhole);
  for (let from = 0; from < tables.length; from += atOnce) {
    const some = tables.slice(from, from + atOnce);
    const counts = some.map(
      ({ schema, name }, at) =>
        `SELECT ${at} AS at, count(*)::text AS rows FROM ONLY ${sqlName({ schema, table: name })}`,
    );
    for (const row of await session.query(counts.join(' UNION ALL '))) {
      const table = some[Number(row['at'])];
      if (table && table.rows !== Number(row['rows']))
        throw lost(table, Number(row['rows']), about);
    }
  }
}

/** Of others only a part is in the dump, or they are no tables. */
function isWhole({ type, schema, note }: TableContent): boolean {
  return schema !== null && note === null && (type === 'table' || type === 'partition');
}

function lost({ schema, name, rows }: TableContent, came: number, about: RestoreAbout): JemError {
  return new JemError(
    'backup-corrupt',
    `Table ${schema}.${name} came back with ${came} of ${rows} rows`,
    {
      why: `The file of its rows was cut short or altered since it was written. ${about.after}`,
      hint: 'See which with `jem-db backup check`, and restore another backup.',
    },
  );
}
