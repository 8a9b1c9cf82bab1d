import type { Content, SequenceContent, TableContent } from '../engines/backing-up.ts';
import type { LedgerRow } from '../engines/migrating.ts';
import { fullName } from '../repository/full-name.ts';
import type { ProofTable } from '../repository/manifest.ts';

/**
 * Every table of both sides, in the order of the backup: it matches where it has as many rows and
 * the same hash. Hashes of different methods never match.
 */
export function compareTables(expected: Content, actual: Content): readonly ProofTable[] {
  const comparable = expected.method === actual.method;
  const there = new Map(actual.tables.map((table) => [fullName(table), table]));
  const compared = expected.tables.map((table) => {
    const other = there.get(fullName(table)) ?? null;
    there.delete(fullName(table));
    const match = comparable && other?.rows === table.rows && other.hash === table.hash;
    return proofTable(table, other, match);
  });
  return [...compared, ...[...there.values()].map((other) => proofTable(null, other, false))];
}

function proofTable(
  expected: TableContent | null,
  actual: TableContent | null,
  match: boolean,
): ProofTable {
  const { schema = null, name = '' } = expected ?? actual ?? {};
  const seen = (side: TableContent | null) => side && { rows: side.rows, hash: side.hash };
  return { schema, name, match, expected: seen(expected), actual: seen(actual) };
}

/** What is wrong with the sequences, in words; they may be ahead of the backup, never behind it. */
export function sequenceTroubles(expected: Content, actual: Content): readonly string[] {
  const there = new Map(actual.sequences.map((sequence) => [fullName(sequence), sequence]));
  return expected.sequences.flatMap((sequence) => {
    const name = fullName(sequence);
    const other = there.get(name);
    if (!other) return [`${name} is missing`];
    if (!isBehind(other, sequence)) return [];
    return [`${name} is at ${other.lastValue ?? 'its start'}, was at ${sequence.lastValue}`];
  });
}

function isBehind(actual: SequenceContent, expected: SequenceContent): boolean {
  if (expected.lastValue === null) return false;
  if (actual.lastValue === null) return true;
  const ahead = BigInt(actual.lastValue) - BigInt(expected.lastValue);
  return BigInt(expected.increment) < 0n ? ahead > 0n : ahead < 0n;
}

/** What differs in the rows of the migrations' ledger, in words. */
export function ledgerTroubles(
  expected: readonly LedgerRow[] | null,
  actual: readonly LedgerRow[] | null,
): readonly string[] {
  if (expected === null) return actual === null ? [] : ['a ledger that the backup has not'];
  if (actual === null) return ['the ledger is missing'];
  const there = new Map(actual.map((row) => [row.name, row]));
  const troubles = expected.flatMap((row) => {
    const other = there.get(row.name);
    there.delete(row.name);
    if (!other) return [`${row.name} is missing`];
    return isSame(row, other) ? [] : [`${row.name} differs`];
  });
  return [...troubles, ...[...there.keys()].map((name) => `${name} is unexpected`)];
}

function isSame(a: LedgerRow, b: LedgerRow): boolean {
  return (Object.keys(a) as (keyof LedgerRow)[]).every((field) => a[field] === b[field]);
}
