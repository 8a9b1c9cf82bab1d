/** How many rows a database of about `gigabytes` gets; at 1 they are pgbench's of scale 50. */
const accounts = 5_000_000;
const documents = 500_000;

interface Dialect {
  /** SQL of a subquery `n (i)` with the numbers from 1 to `count`. */
  readonly numbers: (count: number) => string;
  /** SQL of 32 hexadecimal digits that nothing compresses. */
  readonly digits: string;
  /** SQL of a number from 0 to `below` - 1, another one at each call. */
  readonly random: (below: number) => string;
  /** Joins values, with blanks between. */
  readonly joined: string;
  readonly json: string;
  readonly blanks: string;
}

/** Makes a database of tables like pgbench's, and of JSONB documents out of line and in it. */
export function postgresData(gigabytes: number): string {
  return dataSql(gigabytes, {
    numbers: (count) => `generate_series(1, ${count}) AS n (i)`,
    digits: 'md5(random()::text)',
    random: (below) => `floor(random() * ${below})::int`,
    joined: 'string_agg',
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
    random: (below) => `abs(random() % ${below})`,
    joined: 'group_concat',
    json: 'text',
    blanks: 'text',
  });
  return `PRAGMA journal_mode = wal; PRAGMA synchronous = off; ${sql}`;
}

const syllables = 'ba ce di fo gu la me ni po ru sa te vi xo zu an el in or us'.split(' ');
const sentences = 20_000;

/** Of words that are as hard to compress as those of a language are. */
function sentencesSql({ numbers, random, joined }: Dialect): string {
  const syllable = `substr('${syllables.join('')}', 1 + 2 * ${random(syllables.length)}, 2)`;
  const word = [syllable, syllable, syllable].join(' || ');
  return `
CREATE TABLE words (n integer PRIMARY KEY, word text);
INSERT INTO words SELECT i, ${word} FROM ${numbers(2000)};
CREATE TABLE picks (sentence integer, word integer);
INSERT INTO picks SELECT i % ${sentences}, 1 + ${random(2000)} FROM ${numbers(12 * sentences)};
CREATE TABLE sentences (n integer PRIMARY KEY, sentence text);
INSERT INTO sentences SELECT p.sentence, ${joined}(w.word, ' ') FROM picks p JOIN words w ON w.n = p.word GROUP BY p.sentence;
DROP TABLE picks; DROP TABLE words;`;
}

function dataSql(gigabytes: number, dialect: Dialect): string {
  const { numbers, digits, json, blanks } = dialect;
  const branches = Math.ceil((gigabytes * accounts) / 100_000);
  const sentence = (at: number): string =>
    `(SELECT sentence FROM sentences s WHERE s.n = (i % ${sentences} * 7919 + ${at} * 3571) % ${sentences})`;
  const note = [1, 2, 3, 4, 5, 6].map(sentence).join(` || '. ' || `);
  return `${sentencesSql(dialect)}
CREATE TABLE branches (id integer PRIMARY KEY, balance integer, filler ${blanks});
CREATE TABLE accounts (id integer PRIMARY KEY, branch integer NOT NULL, balance integer NOT NULL, filler ${blanks});
CREATE TABLE documents (id integer PRIMARY KEY, made timestamp NOT NULL, body ${json} NOT NULL);
INSERT INTO branches SELECT i, 0, '' FROM ${numbers(branches)};
INSERT INTO accounts SELECT i, i % ${branches} + 1, i % 9973, '${' '.repeat(84)}' FROM ${numbers(gigabytes * accounts)};
INSERT INTO documents SELECT i, '2026-11-21 02:00:00', CAST('{"id": ' || i || ', "mail": "' || ${digits}
  || '@mail.example", "token": "' || ${digits} || ${digits} || '", "tags": ["new", "paid", "tag ' || (i % 97)
  || '"], "price": ' || (i % 10007) || '.50, "address": {"street": "Long Street ' || (i % 211)
  || '", "town": "Town ' || (i % 53) || '"}, "note": "' || ${note} || '"}' AS ${json}) FROM ${numbers(gigabytes * documents)};
CREATE INDEX documents_made ON documents (made, id);
`;
}
