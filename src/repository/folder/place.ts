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
