import { walReadersOf } from '../../blockers.ts';
import { sqliteCheck } from '../check.ts';

interface Checkpoint {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

/** A checkpoint cannot pass what an open reader may still need: the -wal grows behind it. */
export const walReaders = sqliteCheck({
  id: 'wal-readers',
  title: 'pages in the -wal that no checkpoint has brought home',
  group: 'wal',
  unit: null,
  thresholds: { warning: 10_000, critical: 100_000 },
  source: 'jem-db; SQLite checkpoints from 1000 on',
  look({ db, file }) {
    // Outside of a transaction NOOP takes no lock, and brings nothing home.
    const [found] = db.pragma('wal_checkpoint(NOOP)') as readonly Checkpoint[];
    if (file === null || !found || found.log < 0) return { notApplicable: 'not in WAL mode' };
    const waiting = found.log - found.checkpointed;
    const readers = walReadersOf(file);
    return {
      status: null,
      value: waiting,
      summary: `${waiting} of ${found.log} pages in the -wal are not in the database file yet`,
      hint:
        readers.length > 0
          ? `A reader may hold the checkpoint back: ${readers.join(', ')}. Have it end its transaction; then PRAGMA wal_checkpoint(TRUNCATE);`
          : 'No reader is in the way just now: PRAGMA wal_checkpoint(TRUNCATE); and see that the application leaves wal_autocheckpoint on.',
    };
  },
});
