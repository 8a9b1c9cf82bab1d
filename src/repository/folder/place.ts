import { tmpdir } from 'node:os';
import type { EncryptionKey } from '../key.ts';
import type { Compression } from '../../engines/backing-up.ts';
import type { Place } from '../storage-errors.ts';

/** A repository in a folder, as all its parts need it. */
export interface FolderRepository {
  readonly folder: string;
  readonly place: Place;
  readonly key: EncryptionKey | null;
  readonly compression: Compression;
  readonly signal: AbortSignal;
}

export function temporaryPlace(): Place {
  return {
    name: `the temporary folder ${tmpdir()}`,
    room: 'Free some space there, or set TMPDIR to a private folder with more room.',
  };
}
