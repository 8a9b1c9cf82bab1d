import type { BackupOptions, TakenBackup } from '../../backing-up.ts';
import type { Session } from '../../engine.ts';
import type { Connection } from '../driver.ts';

export async function backUpSqlite(
  _connection: Connection,
  _session: Session,
  _options: BackupOptions,
): Promise<TakenBackup> {
  throw new Error('not built yet');
}
