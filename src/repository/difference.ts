import type { Manifest, ManifestFile } from './manifest.ts';
import type { Digest } from './measured.ts';

/** Whose bytes they are: what was stored, by its SHA-256. */
export function ownersOf({ files }: Manifest): ReadonlyMap<string, string> {
  return new Map(files.map(({ sha256, path }) => [sha256, path]));
}

/** What is wrong with the stored bytes of a file, in words; empty where nothing is. */
export function difference(
  { path, storedBytes, sha256 }: ManifestFile,
  found: Digest,
  owners: ReadonlyMap<string, string>,
): string {
  if (found.sha256 === sha256) return '';
  const other = owners.get(found.sha256);
  if (other !== undefined && other !== path) return `holds what belongs to ${other}`;
  if (found.bytes === 0) return `is empty; ${storedBytes} bytes were stored`;
  if (found.bytes < storedBytes)
    return `has ${found.bytes} of ${storedBytes} bytes: it was cut off or replaced`;
  if (found.bytes > storedBytes)
    return `has ${found.bytes - storedBytes} bytes more than the ${storedBytes} that were stored`;
  return 'is altered: its size is right, its SHA-256 is not';
}
