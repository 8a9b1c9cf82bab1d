import { open } from 'node:fs/promises';
import { writeAll } from '../../repository/folder/durable.ts';

/** Writes a stream into a new file, in the place of one that a killed run has left; it lasts then. */
export async function arrive(
  path: string,
  content: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<void> {
  await using file = await open(path, 'w', 0o600);
  await writeAll(file, content);
  signal.throwIfAborted();
  await file.sync();
}
