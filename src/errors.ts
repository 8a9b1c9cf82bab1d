import { withoutSecrets } from './secrets.ts';

/** Exit codes of the command line; the one table that `--help` prints and tests hold. */
export const exitCodes = {
  done: { code: 0, meaning: 'done, or: yes, it holds' },
  finding: { code: 1, meaning: 'a finding: no, it does not hold' },
  usage: { code: 2, meaning: 'usage or configuration' },
  unavailable: { code: 3, meaning: 'not available now, trying again may help' },
  failed: { code: 4, meaning: 'failed, or refused for safety' },
  bug: { code: 70, meaning: 'a bug in jem-db' },
  interrupted: { code: 130, meaning: 'stopped by SIGINT' },
  terminated: { code: 143, meaning: 'stopped by SIGTERM' },
} as const;

/**
 * Added to the code of a failure of `backup wal fetch`, and of it alone: PostgreSQL takes 1 to 125
 * of its restore_command for "there is no such file", and would end the recovery there (xlogarchive.c).
 */
const stopsRecovery = 180;

/** Who reads the exit code: some have a meaning of their own for it. */
export type ExitReader = 'operator' | 'restore_command' | 'monitoring plugin';

/** UNKNOWN, by the guidelines of monitoring plugins. */
const pluginUnknown = 3;

/** The exit code of a failure, as its reader takes it. */
export function exitCodeOfFailure(code: number, reader: ExitReader): number {
  const isFailure = code !== 0 && (code < 126 || code === exitCodes.bug.code);
  if (!isFailure || reader === 'operator') return code;
  return reader === 'restore_command' ? code + stopsRecovery : pluginUnknown;
}

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]['code'];

/** What kind of trouble an error is; the groups of the error catalogue. */
export type ErrorClass =
  | 'usage'
  | 'config'
  | 'unreachable'
  | 'not_ready'
  | 'capacity'
  | 'timeout'
  | 'lock_conflict'
  | 'connection_lost'
  | 'auth'
  | 'tls'
  | 'permission'
  | 'wrong_target'
  | 'pooler'
  | 'schema'
  | 'data_violation'
  | 'missing_capability'
  | 'corruption'
  | 'storage_full'
  | 'refused'
  | 'interrupted'
  | 'internal';

interface CatalogueEntry {
  readonly class: ErrorClass;
  readonly retryable: boolean;
}

const entry = (errorClass: ErrorClass, retryable = false): CatalogueEntry => ({
  class: errorClass,
  retryable,
});

/** Every error jem-db can report, by its stable code. */
export const catalogue = {
  usage: entry('usage'),
  'bad-setting': entry('config'),
  'bad-database-url': entry('config'),
  'unsupported-scheme': entry('config'),
  'confirmation-needed': entry('refused'),
  'scratch-unavailable': entry('missing_capability'),
  'scratch-refused': entry('refused'),
  'schema-unreadable': entry('schema'),
  'tool-missing': entry('missing_capability'),
  'tool-failed': entry('refused'),
  'backup-incomplete': entry('refused'),
  'backup-missing': entry('config'),
  'backup-corrupt': entry('corruption'),
  'backup-too-new': entry('missing_capability'),
  'backup-key-missing': entry('config'),
  'backup-key-wrong': entry('config'),
  'backup-not-encrypted': entry('refused'),
  'wal-refused': entry('refused'),
  'wal-conflict': entry('refused'),
  'wal-missing': entry('refused'),
  'wal-corrupt': entry('corruption'),
  'wal-stream-failed': entry('connection_lost', true),
  'wal-receiver-busy': entry('lock_conflict', true),
  'repository-unusable': entry('storage_full'),
  'repository-busy': entry('lock_conflict', true),
  'store-unreachable': entry('unreachable', true),
  'store-login-missing': entry('config'),
  'store-login-refused': entry('auth'),
  'store-denied': entry('permission'),
  'bucket-missing': entry('config'),
  'restore-refused': entry('refused'),
  'restore-failed': entry('refused'),
  interrupted: entry('interrupted'),
  'output-failed': entry('storage_full'),
  internal: entry('internal'),

  'connection-refused': entry('unreachable', true),
  'host-not-found': entry('config'),
  'name-server-silent': entry('unreachable', true),
  'connect-timeout': entry('unreachable', true),
  'server-silent': entry('unreachable', true),
  'closed-at-start': entry('unreachable', true),
  'network-unreachable': entry('unreachable', true),
  'not-the-protocol': entry('config'),
  'socket-missing': entry('unreachable', true),
  'socket-permission': entry('permission'),
  'login-refused': entry('auth'),
  'role-missing': entry('auth'),
  'role-may-not-log-in': entry('auth'),
  'password-missing': entry('config'),
  'server-rule-rejects': entry('auth'),
  'client-certificate-needed': entry('auth'),
  'authentication-unsupported': entry('auth'),
  'database-missing': entry('config'),
  'database-closed': entry('not_ready'),
  'server-starting': entry('not_ready', true),
  'server-stopping': entry('not_ready', true),
  'standby-refuses': entry('wrong_target'),
  'no-suitable-host': entry('wrong_target', true),
  'too-many-connections': entry('capacity', true),
  'tls-not-offered': entry('tls'),
  'tls-untrusted': entry('tls'),
  'tls-wrong-host': entry('tls'),
  'tls-expired': entry('tls'),
  'tls-protocol': entry('tls'),
  'tls-failed': entry('tls'),
  'file-missing': entry('config'),
  'file-unreadable': entry('permission'),
  'file-unwritable': entry('permission'),

  'connection-lost': entry('connection_lost', true),
  'commit-unknown': entry('connection_lost', true),
  'query-cancelled': entry('interrupted'),
  'query-timeout': entry('timeout'),
  'lock-timeout': entry('lock_conflict', true),
  deadlock: entry('lock_conflict', true),
  'serialization-failure': entry('lock_conflict', true),
  'recovery-conflict': entry('lock_conflict', true),
  'runner-busy': entry('lock_conflict', true),
  'read-only-target': entry('wrong_target'),
  'permission-denied': entry('permission'),
  'row-security': entry('permission'),
  'sql-error': entry('schema'),
  'object-missing': entry('schema'),
  'object-exists': entry('schema'),
  'syntax-error': entry('schema'),
  'constraint-violated': entry('data_violation'),
  'needs-no-transaction': entry('usage'),
  'server-capacity': entry('capacity'),
  'server-capacity-passing': entry('capacity', true),
  'pooler-without-server': entry('unreachable', true),
  'pooler-busy': entry('capacity', true),
  'pooler-refuses': entry('pooler'),
  'pooler-in-the-way': entry('pooler'),
  corruption: entry('corruption'),
  'disk-full': entry('storage_full'),
  'storage-failed': entry('unreachable'),

  'database-file-missing': entry('config'),
  'database-folder-missing': entry('config'),
  'database-is-a-folder': entry('config'),
  'not-a-database': entry('config'),
  'recovery-needed': entry('not_ready'),

  'migrations-folder-missing': entry('config'),
  'migrations-layout-unclear': entry('config'),
  'migration-file-exists': entry('refused'),
  'migration-unreadable': entry('config'),
  'migration-changed': entry('refused'),
  'migration-missing': entry('refused'),
  'migration-applied': entry('refused'),
  'migration-out-of-order': entry('refused'),
  'migration-number-twice': entry('refused'),
  'migration-not-found': entry('usage'),
  'migration-unfinished': entry('refused'),
  'migration-transaction-control': entry('usage'),
  'migration-meta-command': entry('usage'),
  'migration-not-reversible': entry('refused'),
  'migration-failed': entry('schema'),
  'foreign-keys-broken': entry('data_violation'),
  'ledger-foreign': entry('refused'),
  'ledger-not-empty': entry('refused'),
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;

/** A place in a file: 1-based line and column, the column counted in characters. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The text of that line, for the caret below it. */
  readonly text?: string;
  /** Where the caret stands in `text`, when the line was too long to be given whole. */
  readonly textColumn?: number;
}

/** Migrations of which nobody could find out whether they were committed. */
export interface InDoubt {
  /** The one in which the connection went. */
  readonly during: string;
  /** All of them, in the order in which they were sent. */
  readonly names: readonly string[];
}

export interface ErrorDetails {
  /** The likely cause, one or two sentences. */
  readonly why?: string;
  /** The next step. */
  readonly hint?: string;
  /** The original words of the server or the system. */
  readonly original?: string;
  /** What only `--verbose` shows: it may hold rows of the user's data. */
  readonly data?: string;
  readonly sqlState?: string;
  readonly location?: SourceLocation;
  /** What was done before the failure, in the shape of the command's result. */
  readonly result?: object;
  readonly inDoubt?: InDoubt;
  /** Overrides the catalogue where one code covers passing and lasting trouble. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** Words that may repeat what the user typed. */
function shown(details: ErrorDetails): ErrorDetails {
  const { why, hint } = details;
  return {
    ...details,
    ...(why !== undefined && { why: withoutSecrets(why) }),
    ...(hint !== undefined && { hint: withoutSecrets(hint) }),
  };
}

/**
 * The one error class: a stable code, and words for the reader. Never holds a secret; what looks
 * like one in words that were typed in the wrong place is hidden here.
 */
export class JemError extends Error {
  override readonly name = 'JemError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(withoutSecrets(message), { cause: details.cause });
    this.code = code;
    this.details = shown(details);
  }

  get class(): ErrorClass {
    return catalogue[this.code].class;
  }

  get retryable(): boolean {
    return this.details.retryable ?? catalogue[this.code].retryable;
  }

  get exitCode(): ExitCode {
    if (this.class === 'usage' || this.class === 'config') return exitCodes.usage.code;
    if (this.class === 'internal') return exitCodes.bug.code;
    return this.retryable ? exitCodes.unavailable.code : exitCodes.failed.code;
  }

  /** The same error with more known about it. */
  with(details: ErrorDetails): JemError {
    return new JemError(this.code, this.message, { ...this.details, ...details, cause: this });
  }
}

/** Thrown where the AbortSignal fires; `reason` of the signal is one of these. */
export class Interrupted extends JemError {
  readonly signalName: 'SIGINT' | 'SIGTERM';

  constructor(signalName: 'SIGINT' | 'SIGTERM', details: ErrorDetails = {}) {
    super('interrupted', `Stopped by ${signalName}`, details);
    this.signalName = signalName;
  }

  override get exitCode(): ExitCode {
    return exitCodes[this.signalName === 'SIGINT' ? 'interrupted' : 'terminated'].code;
  }

  override with(details: ErrorDetails): Interrupted {
    return new Interrupted(this.signalName, { ...this.details, ...details, cause: this });
  }
}
