import type { BackupOptions, TakenBackup } from '../../backing-up.ts';
import type { PostgresSession } from '../session.ts';

export async function backUpPostgres(
  _session: PostgresSession,
  _options: BackupOptions,
): Promise<TakenBackup> {
  throw new Error('not built yet');
}
