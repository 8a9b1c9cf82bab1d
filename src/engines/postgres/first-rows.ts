import type { PostgresSession } from './session.ts';
import { rollBack } from './rollback.ts';

/** The first rows of all statements of a text, put together; rolled back where it fails. */
export async function firstRows(
  { client, failure }: Pick<PostgresSession, 'client' | 'failure'>,
  text: string,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const results = [await client.query<Record<string, unknown>>(text)].flat();
    return Object.fromEntries(results.flatMap(({ rows }) => Object.entries(rows[0] ?? {})));
  } catch (error) {
    await rollBack(client);
    throw failure(error);
  }
}
