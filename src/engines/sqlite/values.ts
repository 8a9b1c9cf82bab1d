import type { Row, SqlValue } from '../values.ts';
import { type Connection, type Database } from './driver.ts';

type Bindable = string | number | bigint | null | Uint8Array;

/** Runs one statement. Whole numbers come as `number` where that is exact, else as `bigint`. */
export function runQuery(
  { db }: Pick<Connection, 'db'>,
  sql: string,
  parameters: readonly SqlValue[],
): readonly Row[] {
  const statement = db.prepare<unknown[], Row>(sql);
  const values = bound(sql, parameters.map(bindable));
  if (!statement.reader) {
    statement.run(...values);
    return [];
  }
  return statement
    .safeIntegers()
    .all(...values)
    .map(exactNumbers);
}

/** The driver binds a number as a float, which a whole one must not become. */
function bindable(value: SqlValue): Bindable {
  if (typeof value === 'boolean') return BigInt(value);
  return Number.isSafeInteger(value) && typeof value === 'number' ? BigInt(value) : value;
}

/** The driver takes `?1` for a name and wants its values in an object. */
function bound(sql: string, values: readonly Bindable[]): readonly unknown[] {
  if (values.length === 0 || !/\?\d/.test(sql)) return values;
  return [Object.fromEntries(values.map((value, index) => [String(index + 1), value]))];
}

function exactNumbers(row: Row): Row {
  const exact: Record<string, unknown> = { ...row };
  for (const [name, value] of Object.entries(row))
    if (typeof value === 'bigint') exact[name] = exactNumber(value);
  return exact;
}

function exactNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A pragma's one value. */
export function pragma(db: Database, source: string): unknown {
  return db.pragma(source, { simple: true });
}
