const window = 64 * 1024;
const overlap = 32;

/**
 * Whether a script's text has something anywhere, comments and strings too. Reads it window by
 * window, so that a large file is not held twice; a match may be at most 32 characters long.
 */
export function mentions(bytes: Uint8Array, pattern: RegExp): boolean {
  const buffer = asBuffer(bytes);
  for (let at = 0; at < buffer.length; at += window)
    if (pattern.test(buffer.toString('latin1', at, at + window + overlap))) return true;
  return false;
}

/** The same bytes as a Buffer, not copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
