import type { Restored, RestoreOptions, LogicalSource } from '../../backing-up.ts';
import type { Binaries } from '../scratch/binaries.ts';
import type { ArchiveEntry } from './archive.ts';
import type { BackupFacts } from './facts.ts';
import type { Place } from './place.ts';
import type { ServerRights } from './preflight.ts';
import type { RestoreAbout } from './restore-errors.ts';

/** All that is known once nothing speaks against a restore. */
export interface RestoreWork {
  readonly place: Place;
  readonly source: LogicalSource;
  readonly facts: BackupFacts;
  readonly rights: ServerRights;
  readonly tool: Binaries;
  readonly folder: string;
  readonly entries: readonly ArchiveEntry[];
  readonly about: RestoreAbout;
  readonly options: RestoreOptions;
}

export type Outcome = Omit<Restored, 'restoreMs'>;
