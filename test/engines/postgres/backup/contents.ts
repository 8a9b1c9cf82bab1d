import type { Content } from '../../../../src/engines/backing-up.ts';
import { opened } from '../connecting.ts';

/** What `Session.content` says of the database at a URL. */
export async function contentAt(url: string, jobs = 2): Promise<Content> {
  await using session = await opened(url);
  return await session.content({
    ledgerTable: 'jem_db_migrations',
    signal: new AbortController().signal,
    jobs,
    onProgress: () => {},
  });
}

/** The hash of one table. */
export async function hashOf(url: string, name: string): Promise<string | null> {
  const { tables } = await contentAt(url, 1);
  const table = tables.find((one) => one.name === name);
  if (!table) throw new Error(`no table ${name}`);
  return table.hash;
}
