import type { Engine } from '../engine.ts';
import { sqliteDialect } from './dialect.ts';
import { parseSqliteTarget } from './target.ts';

export const sqlite: Engine = {
  name: 'sqlite',
  title: 'SQLite',
  supports: { databaseIsFile: true, sessionLock: false, rowSecurity: false, tableLocks: false },
  dialect: sqliteDialect,
  parse: async (text, environment) => parseSqliteTarget(text, environment),
};
