import { tmpdir } from 'node:os';
import { sweepTemporary, type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import { type Place, usingStorage } from './storage-errors.ts';

const what = 'plain';

/** Where such folders are made. */
export function temporaryPlace(): Place {
  return {
    name: `the temporary folder ${tmpdir()}`,
    room: 'Free some space there, or set TMPDIR to a private folder with more room.',
  };
}

/**
 * An empty folder, below the system's temporary one, for what must not lie in the repository.
 * Throws `repository-unusable`, `disk-full`.
 */
export function makePrivate(signal: AbortSignal): Promise<TemporaryFolder> {
  return usingStorage(temporaryPlace(), signal, () => temporaryFolder(what));
}

/** Removes those whose processes were killed; returns their paths. */
export function sweepPrivate(): readonly string[] {
  return sweepTemporary(what);
}
