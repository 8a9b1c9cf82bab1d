import type { Engine } from '../engine.ts';
import { sqliteDialect } from './dialect.ts';
import { parseSqliteTarget } from './target.ts';

export const sqlite: Engine = {
  name: 'sqlite',
  title: 'SQLite',
  supports: {
    databaseIsFile: true,
    sessionLock: true,
    rowSecurity: false,
    tableLocks: false,
    interrupt: false,
  },
  dialect: sqliteDialect,
  dumpPreamble: [],
  parse: async (text, environment) => parseSqliteTarget(text, environment),
  async mend(expected, actual, differences) {
    const { mendSqlite } = await import('./schema/mend.ts');
    return mendSqlite(expected, actual, differences);
  },
  alike: async (expected, actual) => [expected, actual],
  async openScratch(options) {
    const { openSqliteScratch } = await import('./schema/scratch.ts');
    return openSqliteScratch(sqlite, options);
  },
  restoring: async () => (await import('./backup/restoring.ts')).sqliteRestoring,
  healthChecks: async () => (await import('./health/checks.ts')).sqliteChecks,
  baseBackups: null,
};
