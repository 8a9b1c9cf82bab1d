/**
 * The index `as` (a pg_index, its pg_class `relation`) forbids nothing and stands for nothing but
 * itself: without it, all holds that held before.
 */
export const droppable = (as: string, relation: string): string =>
  `(${as}.indisvalid AND NOT ${as}.indisunique AND NOT ${as}.indisexclusion
    AND NOT ${as}.indisreplident AND NOT ${relation}.relispartition
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = ${as}.indexrelid))`;

/** PostgreSQL cannot do it to a partitioned index, or table, without its lock. */
export function concurrently(kind: string): string {
  return kind === 'I' || kind === 'p' ? '' : 'CONCURRENTLY ';
}
