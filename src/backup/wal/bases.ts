import type { Manifest } from '../../repository/manifest.ts';
import { parseLsn } from '../../wal-names.ts';
import type { BaseBackup } from './windows.ts';

/** A base backup, as far as recovery needs it; null: it is none, or its facts are not those of one. */
export function baseBackupOf(manifest: Manifest): BaseBackup | null {
  const { id, facts, parent } = { parent: undefined, ...manifest };
  const [startLsn, stopLsn] = [facts['startLsn'], facts['stopLsn']].map((one) =>
    parseLsn(String(one)),
  );
  const timeline = Number(facts['timeline']);
  if (parent === undefined || !startLsn || !stopLsn || !Number.isInteger(timeline)) return null;
  // Every one holds the log that makes it consistent.
  return { id, timeline, startLsn, stopLsn, includesWal: true };
}
