import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/** A new folder inside the folder of this test run; gone when disposed, and at the end anyway. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(inject('runFolder'), 'f-'));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
