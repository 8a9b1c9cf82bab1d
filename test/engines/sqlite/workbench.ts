import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Session } from '../../../src/engines/engine.ts';
import type { MigrationSession } from '../../../src/engines/migrating.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { migrationsOf, open } from './session-tools.ts';

export interface Workbench extends AsyncDisposable {
  readonly folder: string;
  readonly file: string;
  readonly session: Session;
  readonly migrations: MigrationSession;
  /** A look, or a change, by another connection that is closed again. */
  sql(statement: string): Record<string, unknown>[];
}

/** A file of its own with a session and an empty ledger; `setup` runs before. */
export async function workbench(setup = '', signal?: AbortSignal): Promise<Workbench> {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'app.db');
  const sql = (statement: string): Record<string, unknown>[] => withFile(file, statement);
  const before = new Database(file);
  before.pragma('foreign_keys = OFF');
  before.exec(setup);
  before.close();
  const session = await open(file, 'create', signal ? { signal } : {});
  const migrations = migrationsOf(session, signal);
  await migrations.exclusively({ timeout: 1000, onWait: () => {} }, async () => {});
  return {
    folder: folder.path,
    file,
    session,
    migrations,
    sql,
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function withFile(file: string, statement: string): Record<string, unknown>[] {
  const database = new Database(file, { timeout: 2000 });
  try {
    const prepared = database.prepare<[], Record<string, unknown>>(statement);
    if (prepared.reader) return prepared.all();
    prepared.run();
    return [];
  } finally {
    database.close();
  }
}
