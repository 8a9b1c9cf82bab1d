import type { OpenOptions, Session, Warning } from '../../../src/engines/engine.ts';
import type {
  LedgerChange,
  MigrationSession,
  Script,
  ScriptFunction,
  Step,
} from '../../../src/engines/migrating.ts';
import { sqliteDialect } from '../../../src/engines/sqlite/dialect.ts';
import { parseSqliteTarget } from '../../../src/engines/sqlite/target.ts';
import { splitStatements } from '../../../src/sql/statements.ts';

export const ledgerTable = 'jem_db_migrations';

/** Opens a SQLite database by its path or URL, as the product does. */
export function open(
  text: string,
  mode: OpenOptions['mode'] = 'create',
  options: { signal?: AbortSignal; warnings?: Warning[] } = {},
): Promise<Session> {
  const target = parseSqliteTarget(text, { env: {}, cwd: '/', home: '/', user: 'nobody' });
  return target.open({
    mode,
    signal: options.signal ?? new AbortController().signal,
    applicationName: 'jem-db',
    connectTimeout: 500,
    warn: (warning) => options.warnings?.push(warning),
  });
}

export function migrationsOf(
  session: Session,
  signal: AbortSignal = new AbortController().signal,
): MigrationSession {
  return session.migrations({ signal, ledgerTable });
}

export function script(text: string | Uint8Array): Script {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return {
    bytes,
    statements: { [Symbol.iterator]: () => splitStatements(bytes, sqliteDialect) },
  };
}

/** A step up of that name. */
export function up(name: string, run: string | ScriptFunction, lockTimeout = 500): Step {
  return { change: inserting(name), script: asScript(run), lockTimeout };
}

export function down(name: string, run: string, lockTimeout = 500): Step {
  return { change: { kind: 'delete', name }, script: script(run), lockTimeout };
}

function asScript(run: string | ScriptFunction): Script | ScriptFunction {
  return typeof run === 'string' ? script(run) : run;
}

export function inserting(name: string, checksum = `1:${name}`): LedgerChange {
  return {
    kind: 'insert',
    row: {
      name,
      checksum,
      toolVersion: '0.1.0',
      statementsDone: null,
      upSql: `up of ${name}`,
      downSql: null,
    },
  };
}
