import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Digest } from '../measured.ts';

/** Of a read; two such buffers are all the memory that hashing a file takes. */
const readBytes = 1024 * 1024;

/** Reads a file to its end, the next part while one is hashed. */
export async function digestOf(file: FileHandle, signal: AbortSignal): Promise<Digest> {
  const hash = createHash('sha256');
  let bytes = 0;
  let [now, next] = [Buffer.allocUnsafe(readBytes), Buffer.allocUnsafe(readBytes)];
  let { bytesRead } = await file.read(now, 0, readBytes, 0);
  while (bytesRead > 0) {
    signal.throwIfAborted();
    bytes += bytesRead;
    const reading = file.read(next, 0, readBytes, bytes);
    hash.update(now.subarray(0, bytesRead));
    ({ bytesRead } = await reading);
    [now, next] = [next, now];
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** The bytes of an open file, in pieces that suit hashing and encryption. */
export async function* bytesOf(file: FileHandle, signal: AbortSignal): AsyncGenerator<Buffer> {
  const pieceBytes = 256 * 1024;
  for (let at = 0; ;) {
    signal.throwIfAborted();
    const { buffer, bytesRead } = await file.read(
      Buffer.allocUnsafe(pieceBytes),
      0,
      pieceBytes,
      at,
    );
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
