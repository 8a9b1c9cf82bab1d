import { createHash } from 'node:crypto';

/**
 * The key of the advisory lock that keeps runners apart: the first 64 bits of the SHA-256 of
 * `jem-db:"schema"."table"`. PostgreSQL keeps such locks apart by database itself.
 */
export function lockKey(ledgerSql: string): bigint {
  return createHash('sha256').update(`jem-db:${ledgerSql}`).digest().readBigInt64BE();
}

/** The two halves under which `pg_locks` lists a key of 64 bits. */
export function lockWords(key: bigint): [bigint, bigint] {
  const bits = BigInt.asUintN(64, key);
  return [bits >> 32n, bits & 0xffffffffn];
}
