import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { FolderFile } from '../listing.ts';
import { cannotRead } from './sources.ts';

/** A line that a pattern has found; `offset` in bytes. */
interface FoundLine {
  readonly offset: number;
  readonly text: string;
}

export interface Scan {
  readonly size: number;
  readonly lines: readonly FoundLine[];
}

const chunkSize = 256 * 1024;

/**
 * Looks for lines in a file of any size, in bounded memory. `pattern` is global and multi-line
 * and meets the bytes as Latin-1 text, so that places in the text are places in the file.
 */
export function scanFile(file: FolderFile, pattern: RegExp): Scan {
  return withFile(file, (descriptor) => {
    const { size } = fstatSync(descriptor);
    const lines: FoundLine[] = [];
    for (const { text, offset } of pieces(descriptor, size))
      for (const match of text.matchAll(pattern))
        lines.push({ offset: offset + match.index, text: match[0] });
    return { size, lines };
  });
}

/** The first `bytes` of a file as Latin-1 text. */
export function headOf(file: FolderFile, bytes: number): string {
  return withFile(file, (descriptor) => {
    const buffer = Buffer.alloc(bytes);
    return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, bytes, 0));
  });
}

function withFile<T>(file: FolderFile, body: (descriptor: number) => T): T {
  try {
    const descriptor = openSync(file.path, 'r');
    try {
      return body(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw cannotRead(file, error);
  }
}

interface Piece {
  readonly text: string;
  readonly offset: number;
}

/** Pieces that begin where a line begins; of a line longer than a chunk only the beginning. */
function* pieces(descriptor: number, size: number): Generator<Piece> {
  const buffer = Buffer.alloc(Math.min(size, chunkSize));
  let rest = '';
  let insideLine = false;
  for (let at = 0, length = 1; at < size && length > 0; at += length) {
    length = readSync(descriptor, buffer, 0, buffer.length, at);
    let offset = at - rest.length;
    let text = rest + buffer.toString('latin1', 0, length);
    rest = '';
    if (insideLine) {
      const next = text.indexOf('\n') + 1;
      if (next === 0) continue;
      offset += next;
      text = text.slice(next);
    }
    const last = at + length >= size;
    const lineEnd = text.lastIndexOf('\n') + 1;
    insideLine = lineEnd === 0 && text.length >= chunkSize;
    const cut = last || insideLine ? text.length : lineEnd;
    rest = text.slice(cut);
    yield { text: text.slice(0, cut), offset };
  }
}
