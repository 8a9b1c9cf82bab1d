import type { Statement } from '../../sql/statements.ts';
import type { Script } from '../migrating.ts';

/** Statements of a script that follow one another, to be sent at once. */
export interface Packet {
  readonly statements: readonly Statement[];
  /** Index of the first of them in the script. */
  readonly first: number;
}

/**
 * Groups a script's statements lazily: as many as fit into `limit` bytes, at least one. A script
 * without any gives one empty packet.
 */
export function* packets(script: Script, limit: number): Generator<Packet> {
  let statements: Statement[] = [];
  let first = 0;
  for (const statement of script.statements) {
    const start = statements[0]?.start ?? statement.start;
    if (statements.length > 0 && statement.end - start > limit) {
      yield { statements, first };
      first += statements.length;
      statements = [];
    }
    statements.push(statement);
  }
  if (statements.length > 0 || first === 0) yield { statements, first };
}

/** The packet's part of the script's bytes, not copied, and where it begins. */
export function packetBytes(
  { bytes }: Script,
  { statements }: Packet,
): { readonly start: number; readonly bytes: Uint8Array } {
  const start = statements[0]?.start ?? 0;
  return { start, bytes: bytes.subarray(start, statements.at(-1)?.end ?? start) };
}
