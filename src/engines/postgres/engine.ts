import type { Engine } from '../engine.ts';
import { postgresDialect } from './dialect.ts';
import { parsePostgresTarget } from './target.ts';

export const postgres: Engine = {
  name: 'postgres',
  title: 'PostgreSQL',
  supports: { databaseIsFile: false, sessionLock: true, rowSecurity: true, tableLocks: true },
  dialect: postgresDialect,
  parse: parsePostgresTarget,
};
