import type { Restoring } from '../../engine.ts';

export const sqliteRestoring: Restoring = {
  look: notBuilt,
  restore: notBuilt,
  restoreIntoScratch: notBuilt,
};

function notBuilt(): never {
  throw new Error('not built yet');
}
