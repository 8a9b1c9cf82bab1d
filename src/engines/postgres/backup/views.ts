import type { LeftOut } from '../../backing-up.ts';
import { JemError } from '../../../errors.ts';
import type { PostgresSession } from '../session.ts';
import { sqlName } from '../table-name.ts';
import type { View } from './inventory.ts';
import { cancellable } from './readers.ts';

/** Materialised views, whose rows no dump carries: with what they held, for the reader. */
export async function viewsLeftOut(
  session: PostgresSession,
  views: readonly View[],
  signal: AbortSignal,
): Promise<readonly LeftOut[]> {
  const found: LeftOut[] = [];
  for (const view of views) {
    const { schema, name } = view;
    const why = await cancellable(session, signal, () => whyOf(session, view));
    found.push({ type: 'materialized view', schema, name, why });
  }
  return found;
}

async function whyOf(session: PostgresSession, view: View): Promise<string> {
  if (!view.populated) return 'it was not populated, and is not by a restore';
  const rows = view.readable ? await count(session, view) : null;
  return `a restore fills it anew; it held ${rows ?? 'uncounted'} rows`;
}

/** Null where somebody is refreshing it just now. */
async function count(session: PostgresSession, { schema, name }: View): Promise<string | null> {
  await session.query("SAVEPOINT jem_db_view; SET LOCAL lock_timeout = '1s'");
  try {
    const table = sqlName({ schema, table: name });
    const [row] = await session.query(`SELECT count(*)::text AS rows FROM ${table}`);
    return String(row?.['rows']);
  } catch (error) {
    if (!(error instanceof JemError && error.code === 'lock-timeout')) throw error;
    return null;
  } finally {
    await session.query('ROLLBACK TO jem_db_view; RELEASE jem_db_view');
  }
}
