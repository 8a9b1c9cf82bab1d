import { sweepTemporary, type TemporaryFolder, temporaryFolder } from '../../temporary-folder.ts';
import { usingStorage } from '../storage-errors.ts';
import { temporaryPlace } from './place.ts';

const what = 'plain';

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
