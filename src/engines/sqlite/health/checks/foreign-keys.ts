import { quoted } from '../../driver.ts';
import { sqliteCheck } from '../check.ts';

/** `integrity_check` does not look at foreign keys (sqlite.org/pragma.html). */
export const foreignKeys = sqliteCheck({
  id: 'foreign-keys',
  title: 'rows that refer to no row',
  group: 'integrity',
  unit: null,
  thresholds: { warning: null, critical: 1 },
  source: 'PRAGMA foreign_key_check',
  look({ db }) {
    const broken = new Map<string, number>();
    let rows = 0;
    for (const row of db.prepare<[], Broken>('PRAGMA foreign_key_check').iterate()) {
      const name = `${quoted(row.table)} to ${quoted(row.parent)}`;
      broken.set(name, (broken.get(name) ?? 0) + 1);
      rows++;
    }
    return {
      status: null,
      value: rows,
      summary:
        rows === 0
          ? 'every foreign key has its row'
          : `${rows} ${rows === 1 ? 'row refers' : 'rows refer'} to a row that is not there`,
      hint: 'PRAGMA foreign_key_check shows them. Mend the rows, and have the application set PRAGMA foreign_keys = on in each connection.',
      objects: [...broken].map(([name, value]) => ({ name, value, detail: 'refers to nothing' })),
    };
  },
});

interface Broken {
  readonly table: string;
  readonly parent: string;
}
