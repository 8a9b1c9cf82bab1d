import type { Content, ContentOptions, TableContent } from '../../backing-up.ts';
import type { Connection } from '../driver.ts';
import { sqliteError } from '../errors.ts';
import { type Digest, hexOf, noRows } from './digest.ts';
import { digestHere, type Digesting, digestInThreads } from './digesting.ts';
import { method } from './fingerprint.ts';
import { bytesOf, inSnapshot } from './snapshot.ts';
import { partsOf, type StoredTable, storedTables } from './tables.ts';
import type { SqliteThread } from './threads.ts';

/** What the database holds, read in one snapshot. Throws `backup-incomplete`, `lock-timeout`. */
export async function sqliteContent(
  connection: Connection,
  options: ContentOptions,
): Promise<Content> {
  const { signal, onProgress } = options;
  try {
    return await inSnapshot(connection, options, ({ threads }) => {
      const total = bytesOf(connection.db);
      const onPart = (share: number): void =>
        onProgress({ done: Math.round(total * share), total, what: 'fingerprints' });
      return contentNow(connection, threads, { signal, onPart });
    });
  } catch (error) {
    throw error === signal.reason ? error : sqliteError(error, connection);
  }
}

export interface Reading {
  readonly signal: AbortSignal;
  /** Told how much is done, from 0 to 1. */
  readonly onPart: (share: number) => void;
}

/** The content in the snapshot that the connection and the threads have begun. */
export async function contentNow(
  connection: Connection,
  threads: readonly SqliteThread[],
  { signal, onPart }: Reading,
): Promise<Content> {
  const tables = storedTables(connection);
  const parts = partsOf(connection.db, tables);
  let done = 0;
  const work: Digesting = { tables, parts, signal, onPart: () => onPart(++done / parts.length) };
  const digests =
    threads.length === 0
      ? await digestHere(connection.db, work)
      : await digestInThreads(threads, work);
  return {
    method,
    tables: tables.map((table, index) => contentOf(table, digests.get(index) ?? noRows)),
    sequences: [],
    leftOut: [],
  };
}

function contentOf({ type, name }: StoredTable, digest: Digest): TableContent {
  const isVirtual = type === 'virtual table';
  return {
    ...{ type, schema: null, name, rows: digest.rows },
    hash: isVirtual ? null : hexOf(digest),
    note: isVirtual
      ? 'computed by its module; the tables in this file that it keeps its rows in are compared'
      : null,
  };
}
