import type { Restoring } from '../../engine.ts';
import { restoreFile } from './restore-file.ts';
import { fileTarget, lookAt } from './restore-target.ts';
import { restoreIntoScratch } from './restored-scratch.ts';
import { restoreTables } from './restore-tables.ts';

export const sqliteRestoring: Restoring = {
  look: async (into, options) => lookAt(fileTarget(into), options),
  restore: async (source, into, options) => {
    const target = fileTarget(into);
    const { tables } = options;
    if (tables === null) return restoreFile(source, target, options);
    return restoreTables(source, target, { ...options, tables });
  },
  restoreIntoScratch,
};
