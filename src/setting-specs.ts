type Kind = 'text' | 'folder' | 'duration' | 'number' | 'list';

export interface SettingSpec {
  readonly kind: Kind;
  readonly flag: string;
  /** The placeholder in the help. */
  readonly placeholder: string;
  /** Environment variables, the strongest first. */
  readonly env: readonly string[];
  readonly fallback: string | null;
  readonly help: string;
}

/** Every setting: its flag, its variables, its key in `jem-db.json` (the same name), its default. */
export const settingSpecs = {
  database: {
    kind: 'text',
    flag: '--database',
    placeholder: 'URL',
    env: ['JEM_DB_DATABASE_URL', 'DATABASE_URL'],
    fallback: null,
    help: 'SQLite path or Postgres URL',
  },
  databaseFile: {
    kind: 'text',
    flag: '--database-file',
    placeholder: 'FILE',
    env: ['JEM_DB_DATABASE_URL_FILE', 'DATABASE_URL_FILE'],
    fallback: null,
    help: 'file that holds the URL (a mounted secret)',
  },
  directUrl: {
    kind: 'text',
    flag: '--direct-url',
    placeholder: 'URL',
    env: ['JEM_DB_DIRECT_URL'],
    fallback: null,
    help: 'the same database past its pooler; used to migrate',
  },
  migrations: {
    kind: 'folder',
    flag: '--migrations',
    placeholder: 'DIR',
    env: ['JEM_DB_MIGRATIONS'],
    fallback: 'migrations',
    help: 'folder of the migration files',
  },
  layout: {
    kind: 'text',
    flag: '--layout',
    placeholder: 'NAME',
    env: ['JEM_DB_LAYOUT'],
    fallback: null,
    help: 'how that folder is laid out, where it does not show',
  },
  ledgerTable: {
    kind: 'text',
    flag: '--ledger-table',
    placeholder: 'NAME',
    env: ['JEM_DB_LEDGER_TABLE'],
    fallback: 'jem_db_migrations',
    help: 'table that records what is applied',
  },
  connectTimeout: {
    kind: 'duration',
    flag: '--connect-timeout',
    placeholder: 'TIME',
    env: ['JEM_DB_CONNECT_TIMEOUT'],
    fallback: '5s',
    help: 'longest wait for a connection',
  },
  lockTimeout: {
    kind: 'duration',
    flag: '--lock-timeout',
    placeholder: 'TIME',
    env: ['JEM_DB_LOCK_TIMEOUT'],
    fallback: '5s',
    help: 'longest wait of one try for a lock',
  },
  lockRetries: {
    kind: 'number',
    flag: '--lock-retries',
    placeholder: 'N',
    env: ['JEM_DB_LOCK_RETRIES'],
    fallback: '4',
    help: 'further tries after a lock was not to be had',
  },
  runnerTimeout: {
    kind: 'duration',
    flag: '--runner-timeout',
    placeholder: 'TIME',
    env: ['JEM_DB_RUNNER_TIMEOUT'],
    fallback: '15min',
    help: 'longest wait for another runner to finish',
  },
  scratch: {
    kind: 'text',
    flag: '--scratch',
    placeholder: 'WHERE',
    env: ['JEM_DB_SCRATCH'],
    fallback: null,
    help: 'where to try things: a URL, same-server, recorded (default: a throwaway of our own)',
  },
  postgresBin: {
    kind: 'folder',
    flag: '--postgres-bin',
    placeholder: 'DIR',
    env: ['JEM_DB_POSTGRES_BIN'],
    fallback: null,
    help: 'folder of the PostgreSQL programs (initdb, postgres)',
  },
  ignore: {
    kind: 'list',
    flag: '--ignore',
    placeholder: 'PATTERNS',
    env: ['JEM_DB_IGNORE'],
    fallback: null,
    help: 'objects that are not ours: audit.*, table:tmp_*, privileges, comments, storage',
  },
} as const satisfies Record<string, SettingSpec>;

export type SettingName = keyof typeof settingSpecs;
