import type { WalFormat } from './archiving.ts';

/**
 * The one kind of log that can be archived. Not in the registry of engines: what a server starts
 * once a segment must not carry all engines with it.
 */
export async function loadWalFormat(): Promise<WalFormat> {
  return (await import('./postgres/wal/files.ts')).walFormat;
}
