import type { Restoring } from '../../engine.ts';

export const postgresRestoring: Restoring = {
  look: async (into, options) => {
    const { lookAt } = await import('./look.ts');
    return lookAt(into, options);
  },
  restore: async (source, into, options) => {
    const { restoreInto } = await import('./restore.ts');
    return restoreInto(source, into, options);
  },
  restoreIntoScratch: async (source, options) => {
    const { restoreIntoScratch } = await import('./into-scratch.ts');
    return restoreIntoScratch(source, options);
  },
};
