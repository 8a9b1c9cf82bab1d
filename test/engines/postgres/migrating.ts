import type {
  LedgerChange,
  MigrationSession,
  NewLedgerRow,
  RunnerWait,
  Script,
  Step,
  UnwrappedStep,
} from '../../../src/engines/migrating.ts';
import { postgresDialect } from '../../../src/engines/postgres/dialect.ts';
import type { PostgresSession } from '../../../src/engines/postgres/session.ts';
import { splitStatements } from '../../../src/sql/statements.ts';
import { opened } from './connecting.ts';

/** A session with its migration side, as one runner has it. */
export interface Runner extends AsyncDisposable {
  readonly session: PostgresSession;
  readonly migrations: MigrationSession;
  readonly stop: AbortController;
  /** Prepares, and runs the body as the only runner. */
  alone<T>(body: () => Promise<T>): Promise<T>;
}

export interface RunnerOptions {
  readonly ledgerTable?: string;
  readonly wait?: Partial<RunnerWait>;
}

export async function runner(url: string, options: RunnerOptions = {}): Promise<Runner> {
  const stop = new AbortController();
  const session = await opened(url, { options: { signal: stop.signal } });
  const ledgerTable = options.ledgerTable ?? 'jem_db_migrations';
  const migrations = session.migrations({ signal: stop.signal, ledgerTable });
  const wait = { timeout: 30_000, onWait: () => {}, ...options.wait };
  return {
    session,
    migrations,
    stop,
    alone: async (body) => {
      await migrations.prepare();
      return migrations.exclusively(wait, body);
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

export function script(sql: string | Uint8Array): Script {
  const bytes = typeof sql === 'string' ? Buffer.from(sql) : sql;
  const statements = { [Symbol.iterator]: () => splitStatements(bytes, postgresDialect) };
  return { bytes, statements };
}

export function row(name: string, more: Partial<NewLedgerRow> = {}): NewLedgerRow {
  return {
    name,
    checksum: `sum-${name}`,
    toolVersion: '0.1.0',
    statementsDone: null,
    upSql: null,
    downSql: null,
    ...more,
  };
}

export function insert(name: string, more: Partial<NewLedgerRow> = {}): LedgerChange {
  return { kind: 'insert', row: row(name, more) };
}

export function step(name: string, sql: string | Uint8Array, lockTimeout = 2000): Step {
  return { change: insert(name), script: script(sql), lockTimeout };
}

export function unwrapped(name: string, sql: string, done = 0): UnwrappedStep {
  return { change: insert(name), script: script(sql), lockTimeout: 2000, done };
}
