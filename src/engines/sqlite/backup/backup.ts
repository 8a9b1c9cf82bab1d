import { join } from 'node:path';
import { JemError } from '../../../errors.ts';
import type { BackupOptions, Content, TakenBackup } from '../../backing-up.ts';
import type { Session } from '../../engine.ts';
import type { Connection } from '../driver.ts';
import { sqliteError } from '../errors.ts';
import { contentNow } from './content.ts';
import { copySnapshot } from './copy.ts';
import { factsOf } from './facts.ts';
import { bytesOf, inSnapshot, type Snapshot } from './snapshot.ts';

/** The one file of a backup. */
export const databaseFile = 'database.sqlite';

/**
 * Copies the database, and takes its fingerprints, in one snapshot while others write. Throws
 * `backup-incomplete` of a database in memory and of tables that cannot be read, `lock-timeout`,
 * `disk-full`, `corruption`.
 */
export async function backUpSqlite(
  connection: Connection,
  session: Session,
  options: BackupOptions,
): Promise<TakenBackup> {
  if (connection.file === null) throw inMemory();
  const { signal, ledgerTable } = options;
  try {
    const { copy, ...taken } = await inSnapshot(connection, options, async (snapshot) => {
      const begun = new Date().toISOString();
      const schema = await session.schema({ ledgerTable, signal });
      const ledger = await session.migrations({ signal, ledgerTable }).read();
      const held = await copyAndRead(connection, snapshot, options);
      const facts = { ...factsOf(connection.db) };
      return { snapshot: `a read transaction of ${begun}`, schema, ledger, ...held, facts };
    });
    await copy.taken;
    const { serverVersion } = session;
    return { ...taken, serverVersion, tools: { SQLite: serverVersion } };
  } catch (error) {
    throw error === signal.reason ? error : sqliteError(error, connection);
  }
}

/** What the snapshot is needed for no longer. */
interface Held {
  readonly content: Content;
  /** Resolves when the stage has taken the copy, which may be later. */
  readonly copy: { readonly taken: Promise<void> };
}

/**
 * Side by side, or one after the other on one connection; a failure of one stops the other. The
 * stage takes the copy meanwhile, and the snapshot does not wait for it.
 */
async function copyAndRead(
  connection: Connection,
  snapshot: Snapshot,
  { signal: stopped, stage, onProgress }: BackupOptions,
): Promise<Held> {
  const failure = new AbortController();
  const signal = AbortSignal.any([stopped, failure.signal]);
  const total = bytesOf(connection.db);
  const shares = { copy: 0, content: 0 };
  const told = (what: keyof typeof shares, share: number): void => {
    shares[what] = share;
    const done = Math.round((total * (shares.copy + shares.content)) / 2);
    onProgress({ done, total, what: shares.copy < 1 ? 'copy' : 'fingerprints' });
  };
  const copy = copySnapshot(connection, snapshot, join(stage.folder, databaseFile), {
    signal,
    onStep: (share) => told('copy', share),
  });
  const taken = copy.then(() => stage.take(databaseFile, 'plain'));
  taken.catch((error: unknown) => failure.abort(error));
  if (snapshot.threads.length === 0) await copy;
  const content = contentNow(connection, snapshot.threads, {
    signal,
    onPart: (share) => told('content', share),
  });
  try {
    await Promise.all([copy, content]);
    return { content: await content, copy: { taken } };
  } catch (error) {
    failure.abort(error);
    await Promise.allSettled([copy, content]);
    throw error;
  }
}

function inMemory(): JemError {
  return new JemError('backup-incomplete', 'A database in memory cannot be backed up', {
    why: 'It belongs to one connection, and is gone with it.',
    hint: 'Name the file of a database: --database FILE',
  });
}
