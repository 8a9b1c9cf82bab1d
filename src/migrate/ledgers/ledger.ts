import type { Row } from '../../engines/values.ts';
import type { Migration } from '../migration.ts';

/** What another tool's ledger says of our migrations. */
export interface Adoption {
  /** Names of the migrations it holds as applied, in the order they run. */
  readonly names: readonly string[];
  /** What it holds as applied and no file answers to, as it writes it. */
  readonly unknown: readonly string[];
  /** Applied migrations whose file is no longer the one that tool ran, where it can tell. */
  readonly changed: readonly string[];
  /** Why this ledger cannot be taken over as it is, and what to do first. */
  readonly refusal?: string;
}

/** The ledger of another migration tool. */
export interface ForeignLedger {
  readonly tool: string;
  /** Tools that keep the very same table. */
  readonly aliases?: readonly string[];
  /** Tables it may be in, a schema in front where that tool uses its own; the first found counts. */
  readonly tables: readonly string[];
  /** Columns that tell it from another tool's table of that name. */
  readonly columns: readonly string[];
  readonly without?: readonly string[];
  /** Reads its rows (all columns). Reads files where only their text tells them apart. */
  readonly applied: (rows: readonly Row[], migrations: readonly Migration[]) => Promise<Adoption>;
}

/** Values as the drivers give them: numbers of any kind, texts, bytes. */
export function text(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? `${value}`
    : '';
}

/** `true`, `t`, 1: what the engines give for true. */
export function truthy(value: unknown): boolean {
  return ['true', 't', '1'].includes(text(value));
}

/** Pairs what a ledger holds with the migrations of the same key. */
export function matched(
  held: Iterable<string>,
  migrations: readonly Migration[],
  keyOf: (migration: Migration) => string,
): Adoption {
  const wanted = new Set(held);
  const names = migrations.filter((migration) => wanted.has(keyOf(migration)));
  const known = new Set(names.map(keyOf));
  return {
    names: names.map(({ name }) => name),
    unknown: [...wanted].filter((key) => !known.has(key)),
    changed: [],
  };
}

export function refused(refusal: string): Adoption {
  return { names: [], unknown: [], changed: [], refusal };
}
