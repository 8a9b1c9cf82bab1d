import { join } from 'node:path';
import type { Scratch, ScratchOptions } from '../../../src/engines/engine.ts';
import type { Environment } from '../../../src/engines/engine.ts';
import { openPostgresScratch } from '../../../src/engines/postgres/scratch/open.ts';
import { parsePostgresTarget } from '../../../src/engines/postgres/target.ts';
import { inject } from 'vitest';

/** What a process with nothing of its own would have; the cache is the run's. */
export function environmentWith(env: Environment['env'] = {}): Environment {
  const cache = join(inject('runFolder'), 'cache');
  return { env: { XDG_CACHE_HOME: cache, ...env }, cwd: '/', home: '/', user: 'postgres' };
}

/** Opens a scratch database as the commands do, with the usual values. */
export function scratchOf(options: Partial<ScratchOptions>): Promise<Scratch> {
  return openPostgresScratch({
    like: null,
    place: null,
    binaries: null,
    ledgerTable: 'jem_db_migrations',
    environment: environmentWith(),
    signal: new AbortController().signal,
    ...options,
  });
}

/** A place as the user writes it. */
export function placeAt(url: string) {
  return parsePostgresTarget(url, environmentWith());
}
