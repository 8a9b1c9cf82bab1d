import { statOrNull } from '../../file-facts.ts';
import { isWal } from '../apart.ts';
import { sizeOf } from '../../size.ts';
import { sqliteCheck } from '../check.ts';

export const walSize = sqliteCheck({
  id: 'wal-size',
  title: 'size of the -wal file',
  group: 'wal',
  unit: 'B',
  thresholds: { warning: 64e6, critical: 1e9 },
  source: 'jem-db; SQLite checkpoints from 4 MB on',
  look({ db, file }) {
    if (file === null || !isWal(db)) return { notApplicable: 'not in WAL mode' };
    const bytes = statOrNull(`${file}-wal`)?.size ?? 0;
    return {
      status: null,
      value: bytes,
      summary: `the -wal file has ${sizeOf(bytes)}`,
      hint: 'It never shrinks by itself. When nobody reads: PRAGMA wal_checkpoint(TRUNCATE); to keep it small: PRAGMA journal_size_limit = 67108864; in each connection.',
    };
  },
});
