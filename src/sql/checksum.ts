import { createHash, type Hash } from 'node:crypto';
import { code } from './characters.ts';
import type { Dialect } from './dialect.ts';
import type { TokenKind } from './lexer.ts';
import { openScript, readStatement } from './statements.ts';

/**
 * Counts up when the rules below, or those of the lexer that bear on them, change: ledgers hold
 * checksums for ever, so the old rules must then stay beside the new ones.
 */
const version = '1';

/** Hex digits kept of the SHA-256: 128 bits. */
const digits = 32;

/**
 * Checksum over the tokens of a script: `1:` and 32 hex digits. Comments, white space, line ends,
 * empty statements, a missing last semicolon and the case of unquoted words do not change it;
 * anything else does. Throws `ScriptProblem` where the script cannot be read.
 */
export function tokenChecksum(bytes: Uint8Array, dialect: Dialect): string {
  return prefixChecksum(bytes, dialect, Infinity);
}

/** The same over the first so many statements; over all of them where there are fewer. */
export function prefixChecksum(bytes: Uint8Array, dialect: Dialect, statements: number): string {
  const cursor = openScript(bytes, dialect);
  const sink = newSink();
  for (let count = 0; count < statements; count++) {
    const next = readStatement(cursor, (kind, { start, end }) =>
      putToken(sink, cursor.bytes, kind, start, end),
    );
    if (next === null) break;
    putSeparator(sink);
  }
  flush(sink, sink.filled);
  return `${version}:${sink.hash.digest('hex').slice(0, digits)}`;
}

/** Ends a token; an empty token ends a statement. A script holds no such byte. */
const separator = 0;

interface Sink {
  readonly hash: Hash;
  readonly buffer: Buffer;
  filled: number;
}

const newSink = (): Sink => ({
  hash: createHash('sha256'),
  buffer: Buffer.allocUnsafe(1 << 16),
  filled: 0,
});

function putToken(sink: Sink, bytes: Buffer, kind: TokenKind, start: number, end: number): void {
  const { buffer } = sink;
  // The prefix of `e'…'` is a word too; no other token begins with a letter.
  const foldEnd = kind === 'word' ? end : start + 1;
  let filled = sink.filled;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === code.carriageReturn && bytes[at + 1] === code.newline) continue;
    if (filled === buffer.length) filled = flush(sink, filled);
    buffer[filled++] = at < foldEnd && byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
  }
  sink.filled = filled;
  putSeparator(sink);
}

function putSeparator(sink: Sink): void {
  if (sink.filled === sink.buffer.length) sink.filled = flush(sink, sink.filled);
  sink.buffer[sink.filled++] = separator;
}

/** Hashes what is in the buffer; returns how much is in it then. */
function flush({ hash, buffer }: Sink, filled: number): 0 {
  hash.update(buffer.subarray(0, filled));
  return 0;
}
