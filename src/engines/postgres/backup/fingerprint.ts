import { identifier } from '../quoting.ts';
import { sqlName } from '../table-name.ts';
import type { Column, Table } from './inventory.ts';

/** Counts up with every change by which a hash of the same rows would come out another. */
export const method = 'postgres-chain-64x2/3';

/** How the values of a column are hashed. */
interface Way {
  /** SQL for the hash of the column `c`, from the hash of all before it. */
  readonly hash: (c: string, before: string) => string;
  /** As `hash`, and it tells NULL from everything else by itself. */
  readonly withNull?: (c: string, before: string) => string;
  /** SQL for whether `c` is NULL, where `IS NULL` says more than that. */
  readonly isNull?: (c: string) => string;
  /** It is an integer of 32 bits at most. */
  readonly isSmall?: true;
}

const asText = (text: (c: string) => string): Way => ({
  hash: (c, before) => `hashtextextended(coalesce(${text(c)}, '') COLLATE "C", ${before})`,
});

const own = (name: string, zero: string, cast = ''): Way => ({
  hash: (c, before) => `${name}(coalesce(${c}, ${zero})${cast}, ${before})`,
});

/** Of no fixed length it keeps trailing blanks, which its hash function leaves out. */
const blankPadded: Way = {
  hash: (c, before) =>
    `hashbpcharextended(coalesce(${c}, '') COLLATE "C", ${before} # coalesce(octet_length(${c}), 0))`,
};

/**
 * By the output function of the type. A value's own hash function serves where it tells apart all
 * that can be told apart; others lose scale (numeric), the sign of zero (floats), or fold two
 * halves together (int8 and what is stored as one: timestamps). What is not here is hashed as the
 * text that a dump carries.
 */
const ways: Readonly<Record<string, Way>> = {
  boolout: own('hashint4extended', 'false', '::int4'),
  int2out: { ...own('hashint2extended', '0::int2'), isSmall: true },
  int4out: { ...own('hashint4extended', '0'), isSmall: true },
  oidout: { ...own('hashoidextended', '0::oid'), isSmall: true },
  uuid_out: own('uuid_hash_extended', `'00000000-0000-0000-0000-000000000000'::uuid`),
  int8out: {
    hash: (c, before) => `hashint4extended(0, coalesce(${c}, 0) # ${before})`,
    withNull: (c, before) =>
      `hashint4extended((${c} IS NULL)::int4, coalesce(${c}, 0) # ${before})`,
  },
  textout: asText((c) => c),
  varcharout: asText((c) => `${c}::text`),
  bpcharout: blankPadded,
  byteaout: {
    // PostgreSQL 18 is the first to have a function for it; in a row it is hashed all along.
    hash: (c, before) => `hash_record_extended(ROW(coalesce(${c}, ''::bytea)), ${before})`,
  },
};

function wayOf({ out, outSchema, polymorphic, typmod }: Column): Way {
  if (outSchema === 'pg_catalog') {
    if (out === 'bpcharout' && typmod >= 0) return own('hashbpcharextended', `''`, ' COLLATE "C"');
    if (ways[out]) return ways[out];
  }
  if (polymorphic)
    // Of a row `IS NULL` asks for its fields, and concat makes an empty text of NULL.
    return { ...asText((c) => `concat(${c})`), isNull: (c) => `num_nulls(${c}) = 1` };
  // Not a cast to text: a user's own may lose something.
  return asText((c) => `textin(${sqlName({ schema: outSchema, table: out })}(${c}))`);
}

/** Calls nested deeper than some hundreds exceed the server's stack. */
const columnsAtOnce = 80;

/**
 * A SELECT of `rows` and two sums, `a` and `b`, over all rows of a table. The hash of a row is a
 * chain: each column's hash function gets the hash of the columns before it as its seed, which
 * mixes 64 bits and is not linear. `a` is the sum of these hashes modulo 2^64, which does not
 * depend on their order; `b` is that of the hashes hashed once more, so that no change of several
 * rows evens out in both. That one changed row comes to the same has a probability of 2^-64. Needs
 * the settings of `pins.ts`.
 *
 * Measured beside `hash_record_extended` over a ROW with two seeds, hashes of `row::text`, md5 and
 * sha256: 0.4 of the time of the first, 0.3 and less of the others; a second chain over the
 * columns from another start would cost a third more.
 */
export function fingerprintSql(table: Table): string {
  const { schema, name, condition } = table;
  const [first, ...others] = smallFirst(table.columns);
  const h = unlike(table.columns);
  let from = `ONLY ${sqlName({ schema, table: name })} ${condition ?? ''}`;
  let hash = first ? startOf(first, others.length) : start;
  let left = others;
  do {
    const columns = left.slice(0, columnsAtOnce);
    left = left.slice(columnsAtOnce);
    const onwards = left.map((column) => identifier(column.name));
    const selected = [`${chain(columns, hash)} AS ${h}`, ...onwards];
    from = `(SELECT ${selected.join(', ')} FROM ${from} OFFSET 0) q`;
    hash = h;
  } while (left.length > 0);
  const sum = (value: string): string => `coalesce(sum(${value}), 0)::text`;
  return `SELECT count(*)::text AS rows, ${sum(h)} AS a, ${sum(`hashint4extended(0, ${h})`)} AS b FROM ${from}`;
}

/** A name that no column has. */
function unlike(columns: readonly Column[]): string {
  const names = new Set(columns.map(({ name }) => name));
  let free = 'h';
  while (names.has(free)) free += '_';
  return free;
}

/** What a chain starts from. */
const start = '1::int8';

/** A small integer need not be hashed where it is what the next hash starts from. */
function smallFirst(columns: readonly Column[]): readonly Column[] {
  const small = columns.find((column) => wayOf(column).isSmall);
  return small ? [small, ...columns.filter((column) => column !== small)] : columns;
}

function startOf(column: Column, others: number): string {
  if (!wayOf(column).isSmall || others === 0) return chain([column], start);
  const value = `${identifier(column.name)}::int8`;
  // One that no small integer is.
  return column.notNull ? value : `coalesce(${value}, 8589934592)`;
}

/** The hash of some columns, from the hash of all before them. */
function chain(columns: readonly Column[], from: string): string {
  return columns.reduce((before, column) => {
    const c = identifier(column.name);
    const { hash, withNull, isNull = () => `${c} IS NULL` } = wayOf(column);
    if (column.notNull) return hash(c, before);
    if (withNull) return withNull(c, before);
    return hash(c, `${before} # CASE WHEN ${isNull(c)} THEN 1::int8 ELSE 0::int8 END`);
  }, from);
}
