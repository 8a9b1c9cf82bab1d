type Kind = 'text' | 'folder' | 'duration' | 'number' | 'list' | 'thresholds';

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
  backups: {
    kind: 'folder',
    flag: '--backups',
    placeholder: 'PLACE',
    env: ['JEM_DB_BACKUPS'],
    fallback: 'backups',
    help: 'folder of the backups, or s3://BUCKET/PREFIX',
  },
  s3Endpoint: {
    kind: 'text',
    flag: '--s3-endpoint',
    placeholder: 'URL',
    env: ['JEM_DB_S3_ENDPOINT', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'],
    fallback: null,
    help: 'the store of s3:// (default: Amazon S3)',
  },
  s3Region: {
    kind: 'text',
    flag: '--s3-region',
    placeholder: 'NAME',
    env: ['JEM_DB_S3_REGION', 'AWS_REGION', 'AWS_DEFAULT_REGION'],
    fallback: null,
    help: 'its region (default: that of the AWS profile, or us-east-1)',
  },
  s3PathStyle: {
    kind: 'text',
    flag: '--s3-path-style',
    placeholder: 'YES|NO',
    env: ['JEM_DB_S3_PATH_STYLE'],
    fallback: null,
    help: 'the bucket in the path of URLs, not in the host (default: yes with an endpoint)',
  },
  backupKeyFile: {
    kind: 'folder',
    flag: '--key-file',
    placeholder: 'FILE',
    env: ['JEM_DB_BACKUP_KEY_FILE'],
    fallback: null,
    help: 'file with the key that encrypts backups (or the key itself in JEM_DB_BACKUP_KEY)',
  },
  compress: {
    kind: 'text',
    flag: '--compress',
    placeholder: 'METHOD[:LEVEL]',
    env: ['JEM_DB_COMPRESS'],
    fallback: null,
    help: 'gzip, zstd or none, as gzip:6 (default: the best that is there)',
  },
  jobs: {
    kind: 'number',
    flag: '--jobs',
    placeholder: 'N',
    env: ['JEM_DB_JOBS'],
    fallback: null,
    help: 'sessions that work side by side (default: one a processor, at most 4)',
  },
  retries: {
    kind: 'number',
    flag: '--retries',
    placeholder: 'N',
    env: ['JEM_DB_RETRIES'],
    fallback: '0',
    help: 'further tries after a failure that waiting can heal',
  },
  onFailure: {
    kind: 'text',
    flag: '--on-failure',
    placeholder: 'COMMAND',
    env: ['JEM_DB_ON_FAILURE'],
    fallback: null,
    help: 'shell command to run when it fails',
  },
  onRecovery: {
    kind: 'text',
    flag: '--on-recovery',
    placeholder: 'COMMAND',
    env: ['JEM_DB_ON_RECOVERY'],
    fallback: null,
    help: 'shell command to run when it is well again',
  },
  skipChecks: {
    kind: 'list',
    flag: '--skip',
    placeholder: 'IDS',
    env: ['JEM_DB_SKIP_CHECKS'],
    fallback: null,
    help: 'checks of health, or groups of them, to leave out',
  },
  thresholds: {
    kind: 'thresholds',
    flag: '--thresholds',
    placeholder: 'LIST',
    env: ['JEM_DB_THRESHOLDS'],
    fallback: null,
    help: 'other bounds for checks: connections=70:85,backup-age=26h:50h',
  },
  failOn: {
    kind: 'text',
    flag: '--fail-on',
    placeholder: 'STATUS',
    env: ['JEM_DB_FAIL_ON'],
    fallback: 'warning',
    help: 'from which status on health exits with 1: warning, critical, never',
  },
  webhook: {
    kind: 'text',
    flag: '--webhook',
    placeholder: 'URL',
    env: ['JEM_DB_WEBHOOK'],
    fallback: null,
    help: 'gets a JSON document when it fails, and when it is well again',
  },
} as const satisfies Record<string, SettingSpec>;

export type SettingName = keyof typeof settingSpecs;

/** Holds the key of backups itself: no flag, no file of settings, and never shown. */
export const keyVariable = 'JEM_DB_BACKUP_KEY';
