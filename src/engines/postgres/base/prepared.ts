import { literal } from '../quoting.ts';
import type { PostgresSession } from '../session.ts';

const preparedSql = `
SELECT gid, database FROM pg_catalog.pg_prepared_xacts ORDER BY database, gid`;

/**
 * Rolls back what a throwaway server holds prepared for commit: its locks, which nobody would end
 * here, may keep every table from being looked at. Returns how many there were.
 */
export async function giveUpPrepared(
  connect: (database?: string) => Promise<PostgresSession>,
): Promise<number> {
  await using session = await connect();
  const rows = await session.query(preparedSql);
  const databases = new Set(rows.map(({ database }) => String(database)));
  for (const name of databases) {
    // Only there may they be ended.
    await using inside = await connect(name);
    for (const { gid } of rows.filter(({ database }) => database === name))
      await inside.query(`ROLLBACK PREPARED ${literal(String(gid))}`);
  }
  return rows.length;
}
