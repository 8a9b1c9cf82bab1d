import { pragma } from '../../values.ts';
import { sizeOf } from '../../size.ts';
import { sqliteCheck } from '../check.ts';

/** Bytes below which it is not worth a word. */
const leastBytes = 50e6;

export const freePages = sqliteCheck({
  id: 'free-pages',
  title: 'empty pages in the file',
  group: 'capacity',
  unit: '%',
  thresholds: { warning: 25, critical: null },
  source: 'jem-db; from 50 MB on',
  look({ db }) {
    const [free, pages, size] = ['freelist_count', 'page_count', 'page_size'].map((name) =>
      Number(pragma(db, name)),
    ) as [number, number, number];
    const percent = pages === 0 ? 0 : Math.round((100 * free) / pages);
    return {
      status: free * size < leastBytes ? 'ok' : null,
      value: percent,
      summary: `${percent} % of the file is empty (${sizeOf(free * size)})`,
      hint: pragma(db, 'auto_vacuum')
        ? 'Give it back to the system: PRAGMA incremental_vacuum;'
        : 'VACUUM; gives it back to the system. It writes the file anew: nobody can write meanwhile, and it needs room for a second one.',
    };
  },
});
