import type { Compression } from '../../backing-up.ts';

export interface BaseBackupWish {
  readonly label: string;
  readonly compression: Compression;
  /** kB (1024 bytes) a second; null: as much as goes. */
  readonly rate: number | null;
  readonly incremental: boolean;
}

/**
 * The replication command. It does not wait for the archive: all that it needs of the log is in the
 * backup, and an archive that fails would keep it waiting for ever. Links to tablespaces are in the
 * archive, as pg_basebackup has them for plain files: no file of the server's has to be changed
 * where they are mapped. CRC-32C: what is stored carries a SHA-256 of our own.
 */
export function baseBackupCommand({
  label,
  compression,
  rate,
  incremental,
}: BaseBackupWish): string {
  const { method, level } = compression;
  const options = [
    // Its grammar knows no E'…'.
    `LABEL '${label.replaceAll("'", "''")}'`,
    'PROGRESS',
    `CHECKPOINT 'fast'`,
    'WAIT false',
    'WAL',
    `MANIFEST 'yes'`,
    `MANIFEST_CHECKSUMS 'CRC32C'`,
    ...(rate === null ? [] : [`MAX_RATE ${rate}`]),
    ...(method === 'none' ? [] : [`COMPRESSION '${method}'`]),
    ...(method === 'none' || level === null ? [] : [`COMPRESSION_DETAIL 'level=${level}'`]),
    ...(incremental ? ['INCREMENTAL'] : []),
  ];
  return `BASE_BACKUP (${options.join(', ')})`;
}
