import type { Engine } from '../engine.ts';
import { postgresDialect } from './dialect.ts';
import { parsePostgresTarget } from './target.ts';

export const postgres: Engine = {
  name: 'postgres',
  title: 'PostgreSQL',
  supports: {
    databaseIsFile: false,
    sessionLock: true,
    rowSecurity: true,
    tableLocks: true,
    interrupt: true,
  },
  dialect: postgresDialect,
  // What the text of a function speaks of may be made behind it.
  dumpPreamble: ['SET check_function_bodies = off'],
  parse: parsePostgresTarget,
  alike: async (expected, actual) => {
    const { alikeSchemas } = await import('./schema/alike.ts');
    return alikeSchemas(expected, actual);
  },
  mend: async (expected, actual, differences) => {
    const { mendPostgres } = await import('./schema/mend.ts');
    return mendPostgres(expected, actual, differences);
  },
  openScratch: async (options) => {
    const { openPostgresScratch } = await import('./scratch/open.ts');
    return openPostgresScratch(options);
  },
  restoring: async () => (await import('./backup/restoring.ts')).postgresRestoring,
  healthChecks: async () => (await import('./health/checks.ts')).postgresChecks,
  baseBackups: async () => (await import('./base/base-backups.ts')).postgresBaseBackups,
  roles: async () => (await import('./roles/keeping.ts')).postgresRoles,
};
