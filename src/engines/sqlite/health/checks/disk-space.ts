import { freeBytes } from '../../file-facts.ts';
import { bytesOf } from '../../backup/snapshot.ts';
import { sizeOf } from '../../size.ts';
import { sqliteCheck } from '../check.ts';

/** VACUUM needs twice the size of the database (sqlite.org/lang_vacuum.html). */
const leastBytes = 50e6;

export const diskSpace = sqliteCheck({
  id: 'disk-space',
  title: 'room on the disk, in % of the database',
  group: 'capacity',
  unit: '%',
  thresholds: { warning: 200, critical: 20 },
  lowIsBad: true,
  source: 'sqlite.org/lang_vacuum.html: VACUUM needs 2×; of 50 MB at least',
  look({ db, file }) {
    if (file === null) return { notApplicable: 'no file' };
    const free = freeBytes(file);
    if (free === null)
      return {
        status: 'unknown',
        value: null,
        summary: 'the system does not say how much room is left',
        hint: null,
      };
    const bytes = bytesOf(db);
    return {
      status: null,
      value: Math.floor((100 * free) / Math.max(bytes, leastBytes)),
      summary: `${sizeOf(free)} are free beside a database of ${sizeOf(bytes)}`,
      hint: 'Free some space: VACUUM and backups need it, and every write needs some.',
    };
  },
});
