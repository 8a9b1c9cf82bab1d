import type { Engine, Scratch, ScratchOptions, Session } from '../engines/engine.ts';
import { JemError } from '../errors.ts';
import { locate } from '../sql/position.ts';
import { splitStatements } from '../sql/statements.ts';
import type { Source } from './migration.ts';
import type { MigrateSetup } from './setup.ts';

/** Where the user wants scratch databases. */
export interface ScratchWish extends Pick<ScratchOptions, 'place' | 'binaries' | 'environment'> {
  /** Nothing is replayed: the picture that the last run recorded is what is expected. */
  readonly recorded: boolean;
}

/** What a scratch database is made for. */
export interface ScratchBench {
  readonly engine: Engine;
  /** The database whose server it should resemble; null where there is none. */
  readonly like: Session | null;
  readonly setup: MigrateSetup;
  readonly wish: ScratchWish;
}

/** A scratch database with a connection to it. */
export interface ScratchPlace {
  readonly scratch: Scratch;
  readonly session: Session;
}

/** Refuses scripts that would change more than a scratch database that shares its server. */
export function refuseLeaks({ scratch, session }: ScratchPlace, sources: readonly Source[]): void {
  const { leaks } = scratch;
  if (!leaks) return;
  for (const { file, kind, read } of sources) {
    if (kind !== 'sql') continue;
    const bytes = Buffer.from(read());
    for (const { head, start, end } of splitStatements(bytes, session.engine.dialect))
      if (leaks(head, bytes.toString('utf8', start, end)))
        throw new JemError('scratch-refused', `${file} reaches out of its database`, {
          why: 'Roles, tablespaces, settings and other databases of a server are shared: trying this would change the real ones.',
          hint: 'Let it be tried in a throwaway server: leave out --scratch.',
          location: locate(bytes, start, file),
        });
  }
}

/** Makes a scratch database. The caller disposes of it. Throws `scratch-unavailable`. */
export function openScratch({ engine, like, setup, wish }: ScratchBench): Promise<Scratch> {
  const { place, binaries, environment } = wish;
  const { signal, ledgerTable } = setup;
  setup.onProgress('making a scratch database');
  return engine.openScratch({ like, place, binaries, environment, ledgerTable, signal });
}
