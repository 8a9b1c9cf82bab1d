import { quoted, type Database } from '../../driver.ts';
import { sqliteCheck } from '../check.ts';
import { largestRowid, userTables } from '../user-tables.ts';

const largest = 2 ** 63;

/** Behind the last one AUTOINCREMENT fails with SQLITE_FULL, others guess (sqlite.org/autoinc.html). */
export const integerKeys = sqliteCheck({
  id: 'integer-keys',
  title: 'integer keys that run out',
  group: 'capacity',
  unit: '%',
  thresholds: { warning: 70, critical: 90 },
  source: 'sqlite.org/autoinc.html; check_postgres has 85 % and 95 %',
  look({ db }) {
    const given = sequences(db);
    const used = userTables(db)
      .map((table) => {
        const last = [largestRowid(db, table) ?? 0n, given.get(table.name) ?? 0n];
        return { name: table.name, last: last[0]! > last[1]! ? last[0]! : last[1]! };
      })
      .toSorted((a, b) => (a.last < b.last ? 1 : -1));
    const [first] = used;
    const percent = (last: bigint): number => Math.floor((100 * Number(last)) / largest);
    return {
      status: null,
      value: first ? Math.max(0, percent(first.last)) : 0,
      summary:
        first && percent(first.last) > 0
          ? `${quoted(first.name)} has used ${percent(first.last)} % of its keys, the last is ${first.last}`
          : 'all tables have nearly all of their keys left',
      hint: 'Somebody wrote a key by hand that is far too large: give that row a smaller one, and lower sqlite_sequence where the table is AUTOINCREMENT.',
      objects: used
        .filter(({ last }) => percent(last) > 0)
        .map(({ name, last }) => ({
          name: quoted(name),
          value: percent(last),
          detail: `last key ${last}`,
        })),
    };
  },
});

/** The last key of each AUTOINCREMENT table, also where its row is gone. */
function sequences(db: Database): ReadonlyMap<string, bigint> {
  const there = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get();
  if (there === undefined) return new Map();
  const rows = db
    .prepare('SELECT name, seq FROM sqlite_sequence')
    .safeIntegers()
    .all() as readonly {
    name: string;
    seq: unknown;
  }[];
  return new Map(
    rows.flatMap(({ name, seq }) => (typeof seq === 'bigint' ? [[name, seq] as const] : [])),
  );
}
