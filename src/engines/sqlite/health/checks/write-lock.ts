import { setTimeout as sleep } from 'node:timers/promises';
import { canSeeLocks, writersOf } from '../../blockers.ts';
import { sqliteCheck } from '../check.ts';

/** Milliseconds between two looks. */
const pause = 20;

/**
 * Looked at from outside: to try it would be to take the lock. Short writes one after the other look
 * like a long one only where each look happens to meet one.
 */
export const writeLock = sqliteCheck({
  id: 'write-lock',
  title: 'a writer that keeps all others out',
  group: 'locks',
  unit: 's',
  thresholds: { warning: 1, critical: null },
  source: 'jem-db; /proc/locks, looked at for a second where it is held',
  async look({ file }, { signal }) {
    if (file === null) return { notApplicable: 'no file' };
    if (!canSeeLocks())
      return {
        status: 'unknown',
        value: null,
        summary: 'this system does not show the locks of files',
        hint: `\`lsof '${file}'\` shows who has it open.`,
      };
    const begun = performance.now();
    let writers = writersOf(file);
    let seconds = 0;
    while (writers.length > 0 && seconds < 1) {
      await sleep(pause, undefined, { signal });
      const now = writersOf(file);
      writers = writers.filter((one) => now.includes(one));
      seconds = (performance.now() - begun) / 1000;
    }
    const [first] = writers;
    return {
      status: null,
      value: first === undefined ? 0 : Math.round(seconds * 10) / 10,
      summary:
        first === undefined
          ? 'no writer holds the lock for long'
          : `${first} has held the lock of writers all the time that was looked, ${seconds.toFixed(1)} s`,
      hint: 'Every other writer waits, or fails with SQLITE_BUSY. A transaction was left open there: have it committed, or end that process.',
    };
  },
});
