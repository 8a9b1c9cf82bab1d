import { arrayOf } from '../scratch/prepare.ts';
import type { PostgresSession } from '../session.ts';
import type { BackupFacts } from './facts.ts';

/** pg_restore's options for tablespaces: where one is missing, everything goes to the default. */
export async function tablespaceOptions(
  session: PostgresSession,
  { tablespaces }: BackupFacts,
): Promise<{ readonly options: readonly string[]; readonly warnings: readonly string[] }> {
  const rows = await session.query(
    `SELECT w.name FROM unnest($1::text[]) w(name)
    WHERE NOT EXISTS (SELECT FROM pg_tablespace t WHERE t.spcname = w.name) ORDER BY 1`,
    [arrayOf(tablespaces)],
  );
  if (rows.length === 0) return { options: [], warnings: [] };
  const missing = rows.map((row) => String(row['name'])).join(', ');
  return {
    options: ['--no-tablespaces'],
    warnings: [`Missing on ${session.server}: tablespace ${missing}. All lies in the default one.`],
  };
}
