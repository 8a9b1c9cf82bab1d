import { createRequire } from 'node:module';
import Database from 'better-sqlite3';
import { execa } from 'execa';
import { until } from '../../../support/until.ts';

const driver = createRequire(import.meta.url).resolve('better-sqlite3');

/** Moves an amount between two tables and adds a row to each, over and over; tells how often. */
const script = `
const Database = require(process.argv[1]);
const db = new Database(process.argv[2], { timeout: 60000 });
db.pragma('synchronous = OFF');
const change = db.transaction((n) => {
  db.prepare('UPDATE one SET amount = amount - 1 WHERE id = ?').run(1 + (n % 100));
  db.prepare('INSERT INTO one (amount, filler) VALUES (0, ?)').run('row ' + n);
  db.prepare('INSERT INTO two (amount, filler) VALUES (0, ?)').run('row ' + n);
  db.prepare('UPDATE two SET amount = amount + 1 WHERE id = ?').run(1 + (n % 100));
});
let n = 0;
function go() {
  for (let turn = 0; turn < 20; turn++) change.immediate(n++);
  process.stdout.write('.'.repeat(20), go);
}
go();`;

export interface Writer extends AsyncDisposable {
  /** Transactions that it has committed so far. */
  count(): number;
  /** Waits for as many more. */
  more(transactions: number): Promise<void>;
}

/** A process that writes to `one` and `two` of `fill` without a pause. */
export async function startWriter(file: string): Promise<Writer> {
  const child = execa('node', ['-e', script, driver, file], { reject: false, buffer: false });
  let count = 0;
  child.stdout.on('data', (dots: Buffer) => (count += dots.length));
  const more = async (transactions: number): Promise<void> => {
    const from = count;
    await until(`${transactions} transactions`, () => count >= from + transactions, 60_000);
  };
  await more(5);
  return {
    count: () => count,
    more,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await child;
    },
  };
}

/** A database of two tables whose amounts sum up to nothing at any time. */
export function fill(file: string, mode: 'wal' | 'delete', megabytes: number): void {
  const db = new Database(file);
  db.pragma(`journal_mode = ${mode}`);
  db.pragma('synchronous = OFF');
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)`;
  for (const table of ['one', 'two']) {
    db.exec(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, amount INTEGER, filler TEXT);
      CREATE INDEX ${table}_amount ON ${table} (amount)`);
    db.prepare(
      `INSERT INTO ${table} (amount, filler) ${numbers} SELECT 0, hex(randomblob(50)) FROM n`,
    ).run(megabytes * 4000);
  }
  db.close();
}

/** What `fill` promises: zero, as long as nobody saw half of a transaction. */
export function balance(file: string): unknown {
  const db = new Database(file);
  try {
    return db
      .prepare(
        `SELECT (SELECT sum(amount) FROM one) + (SELECT sum(amount) FROM two) AS amount,
          (SELECT count(*) FROM one) - (SELECT count(*) FROM two) AS rows`,
      )
      .get();
  } finally {
    db.close();
  }
}
