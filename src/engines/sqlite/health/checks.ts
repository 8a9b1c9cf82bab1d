import type { SqliteCheck } from './check.ts';
import { columnTypes } from './checks/column-types.ts';
import { connection } from './checks/connection.ts';
import { databaseFile } from './checks/database-file.ts';
import { diskSpace } from './checks/disk-space.ts';
import { fileLinks } from './checks/file-links.ts';
import { fileRights } from './checks/file-rights.ts';
import { fileSystem } from './checks/file-system.ts';
import { foreignKeyIndexes } from './checks/foreign-key-indexes.ts';
import { foreignKeys } from './checks/foreign-keys.ts';
import { freePages } from './checks/free-pages.ts';
import { integerKeys } from './checks/integer-keys.ts';
import { integrityCheck, quickCheck } from './checks/quick-check.ts';
import { sqliteVersion } from './checks/sqlite-version.ts';
import { statistics } from './checks/statistics.ts';
import { walReaders } from './checks/wal-readers.ts';
import { walSize } from './checks/wal-size.ts';
import { writeLock } from './checks/write-lock.ts';

/** In the order in which they run: what tells most comes first, should time run out. */
export const sqliteChecks: readonly SqliteCheck[] = [
  connection,
  databaseFile,
  diskSpace,
  writeLock,
  walSize,
  walReaders,
  fileSystem,
  fileLinks,
  fileRights,
  sqliteVersion,
  freePages,
  integerKeys,
  statistics,
  foreignKeyIndexes,
  quickCheck,
  foreignKeys,
  integrityCheck,
  columnTypes,
];
