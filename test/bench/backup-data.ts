/** How many rows a database of about `gigabytes` gets; at 1 they are pgbench's of scale 50. */
const accounts = 5_000_000;
const documents = 500_000;

interface Dialect {
  /** SQL of a subquery `n (i)` with the numbers from 1 to `count`. */
  readonly numbers: (count: number) => string;
  /** SQL of 32 hexadecimal digits that nothing compresses. */
  readonly digits: string;
  readonly json: string;
  readonly blanks: string;
}

/** Makes a database of tables like pgbench's, and of JSONB documents out of line and in it. */
export function postgresData(gigabytes: number): string {
  return dataSql(gigabytes, {
    numbers: (count) => `generate_series(1, ${count}) AS n (i)`,
    digits: 'md5(random()::text)',
    json: 'jsonb',
    blanks: 'char(84)',
  });
}

/** The same for SQLite. */
export function sqliteData(gigabytes: number): string {
  const sql = dataSql(gigabytes, {
    numbers: (count) =>
      `(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) SELECT i FROM n) AS n`,
    digits: 'lower(hex(randomblob(16)))',
    json: 'text',
    blanks: 'text',
  });
  return `PRAGMA journal_mode = wal; PRAGMA synchronous = off; ${sql}`;
}

function dataSql(gigabytes: number, { numbers, digits, json, blanks }: Dialect): string {
  const branches = Math.ceil((gigabytes * accounts) / 100_000);
  const words = 'the quick brown fox jumps over the lazy dog and runs away; '.repeat(9);
  return `
CREATE TABLE branches (id integer PRIMARY KEY, balance integer, filler ${blanks});
CREATE TABLE accounts (id integer PRIMARY KEY, branch integer NOT NULL, balance integer NOT NULL, filler ${blanks});
CREATE TABLE documents (id integer PRIMARY KEY, made timestamp NOT NULL, body ${json} NOT NULL);
INSERT INTO branches SELECT i, 0, '' FROM ${numbers(branches)};
INSERT INTO accounts SELECT i, i % ${branches} + 1, i % 9973, '${' '.repeat(84)}' FROM ${numbers(gigabytes * accounts)};
INSERT INTO documents SELECT i, '2026-11-21 02:00:00', CAST('{"id": ' || i || ', "mail": "' || ${digits}
  || '@mail.example", "token": "' || ${digits} || ${digits} || '", "tags": ["new", "paid", "tag ' || (i % 97)
  || '"], "price": ' || (i % 10007) || '.50, "address": {"street": "Long Street ' || (i % 211)
  || '", "town": "Town ' || (i % 53) || '"}, "note": "${words}"}' AS ${json}) FROM ${numbers(gigabytes * documents)};
CREATE INDEX documents_made ON documents (made, id);
`;
}
