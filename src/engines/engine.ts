import type { Dialect } from '../sql/statements.ts';
import type { WalServer } from './archiving.ts';
import type {
  BackupOptions,
  Content,
  ContentOptions,
  RestoreCheck,
  Restored,
  RestoreOptions,
  LogicalSource,
  RestoreSource,
  RestoreTarget,
  TakenBackup,
} from './backing-up.ts';
import type { BaseBackupOptions, BaseRestoreOptions, TakenBaseBackup } from './base-backup.ts';
import type { HealthCheck, HealthOptions, HealthProbe } from './health.ts';
import type { MigrationOptions, MigrationSession } from './migrating.ts';
import type { PooledServer, PoolerConsole, PoolerOptions } from './pooling.ts';
import type { Recovered, ScratchRecovery } from './recovering.ts';
import type { RoleKeeping } from './roles.ts';
import type { Mend, Schema, SchemaDifference, SchemaOptions } from './schema.ts';
import type { ServerTuning } from './tuning.ts';
import type { SlowOptions, SlowStatements } from './slow.ts';
import type { Row, SqlValue } from './values.ts';

/** What of the process a target may take its values from; `cli` fills it. */
export interface Environment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  /** Name of the operating system's user: PostgreSQL's default role. */
  readonly user: string;
}

export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** A database as named by the user, understood and without secrets on its surface. */
export interface Target {
  readonly engine: string;
  /** The target for the reader; never holds a password. */
  readonly display: string;
  /** What was understood, as `config --json` prints it. */
  readonly understood: Readonly<Record<string, unknown>>;
  readonly warnings: readonly Warning[];
  /** Opens a connection: used by `connection.ts` alone. */
  open(options: OpenOptions): Promise<Session>;
  /** The console of the pooler that it leads to; absent where the engine has none. */
  openPooler?(options: PoolerOptions): Promise<PoolerConsole>;
}

export interface OpenOptions {
  readonly signal: AbortSignal;
  /** Shown by the server beside the session; `jem-db` unless the URL says otherwise. */
  readonly applicationName: string;
  /** Milliseconds; a `connect_timeout` in the target wins. */
  readonly connectTimeout: number;
  /**
   * `existing`: a missing database is an error. `create`: a missing file is created. `look`: as
   * `read`, and not even what a crash left behind is tidied up.
   */
  readonly mode: 'look' | 'read' | 'existing' | 'create';
  readonly warn: (warning: Warning) => void;
  /** Told what the server says beside its answers, as far as the engine's servers do. */
  readonly onNotice?: (notice: Notice) => void;
}

export interface Notice {
  readonly level: 'warning' | 'notice';
  readonly message: string;
}

/** What an engine can do, as data; use cases ask this and never an engine's name. */
export interface Capabilities {
  /** The database is one file that a connection can create. */
  readonly databaseIsFile: boolean;
  /** One lock can be held over several transactions. */
  readonly sessionLock: boolean;
  readonly rowSecurity: boolean;
  /** Statements may wait for locks of single tables. */
  readonly tableLocks: boolean;
  /** A statement that runs can be stopped, and leaves the thread to others meanwhile. */
  readonly interrupt: boolean;
}

export interface Engine {
  readonly name: string;
  /** For the reader: `PostgreSQL`, `SQLite`. */
  readonly title: string;
  readonly supports: Capabilities;
  readonly dialect: Dialect;
  /** What a script that makes a whole schema begins with: statements without semicolons. */
  readonly dumpPreamble: readonly string[];
  /**
   * Reads a connection text. Throws `bad-database-url` where the text cannot be meant.
   * Reads no database; service and password files are read.
   */
  parse(text: string, environment: Environment): Promise<Target>;
  /** Statements that would mend differences, in the order in which they must run. */
  mend(
    expected: Schema,
    actual: Schema,
    differences: readonly SchemaDifference[],
  ): Promise<readonly Mend[]>;
  /** Two schemas of different versions of the engine, without what only one of them can tell. */
  alike(expected: Schema, actual: Schema): Promise<readonly [expected: Schema, actual: Schema]>;
  /** Makes an empty database to try things in. Throws `scratch-unavailable`. */
  openScratch(options: ScratchOptions): Promise<Scratch>;
  /** Restoring, loaded only when it is asked for. */
  restoring(): Promise<Restoring>;
  /** What of its databases' health can be checked, in the order in which it is best done. */
  healthChecks(): Promise<readonly HealthCheck[]>;
  /** Backups of a whole cluster of databases; null where the engine has none. */
  readonly baseBackups: (() => Promise<BaseBackups>) | null;
  /** The roles of a database; absent where the engine has none. */
  readonly roles?: () => Promise<RoleKeeping<Session>>;
}

/** One open connection. Disposing never throws. */
export interface Session extends AsyncDisposable {
  readonly engine: Engine;
  readonly display: string;
  /** `18.6`, `3.53.1`. */
  readonly serverVersion: string;
  /** Runs one statement; parameters are written `$1` or `?1` as the engine has it. */
  query(sql: string, parameters?: readonly SqlValue[]): Promise<readonly Row[]>;
  /**
   * Reads the schema, in one read-only transaction unless one is open already. Waits for no lock
   * longer than a moment. Throws `lock-timeout` where somebody is changing a table just now.
   */
  schema(options: SchemaOptions): Promise<Schema>;
  /** The migration side of this connection. */
  migrations(options: MigrationOptions): MigrationSession;
  /**
   * Takes a backup and the fingerprints of all it holds in one snapshot. Throws
   * `backup-incomplete` where this user would not see everything, `tool-missing`.
   */
  backup(options: BackupOptions): Promise<TakenBackup>;
  /** What the database holds now, in one snapshot. Throws as `backup` does. */
  content(options: ContentOptions): Promise<Content>;
  /** Its health, to be looked at check by check. */
  health(options: HealthOptions): Promise<HealthProbe>;
  /** Its write-ahead log; absent where the engine has none that can be archived. */
  wal?(): Promise<WalServer>;
  /** Its settings, held against a machine and a workload. */
  tuning?(): Promise<ServerTuning>;
  /** What a pooler in front of it needs to know; absent where the engine has none. */
  pooling?(): Promise<PooledServer>;
  /** Its slow statements and their plans; loaded only when it is asked for. */
  slow?(options: SlowOptions): Promise<SlowStatements>;
}

/** What a scratch database is wanted for, and where it may be. */
export interface ScratchOptions {
  /** The database whose migrations will be tried; null where there is none. */
  readonly like: Session | null;
  /**
   * Where the user wants it: a target of the user's own (it must be empty, or a server in which a
   * database can be made), `same-server`, or null for the engine's own way.
   */
  readonly place: Target | 'same-server' | null;
  /** Folder of the server's programs where the user names one, else null. */
  readonly binaries: string | null;
  readonly ledgerTable: string;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/** A database that is made for trying things, and gone when disposed of. */
export interface Scratch extends AsyncDisposable {
  /** Connects to it, as the role that the migrations run as. */
  connect(): Promise<Session>;
  /** Which way was taken, for the reader: `a throwaway PostgreSQL 18.6 (…/bin)`. */
  readonly description: string;
  /** Whether a statement would reach out of it; absent where nothing can. `head`: the splitter's. */
  readonly leaks?: (head: string, text: string) => boolean;
  /** What a comparison with it does not prove; empty where it is the same in all. */
  readonly limits: readonly string[];
}

/** A backup restored into a throwaway database. */
export interface RestoredScratch extends Scratch {
  readonly restoreMs: number;
  /** Looks for damage below SQL, as far as the engine has tools for it. */
  check(): Promise<readonly RestoreCheck[]>;
}

/** How an engine restores. */
export interface Restoring {
  /** Throws the errors of a connection; a database that is not there is no error. */
  look(into: Target, options: RestoreOptions): Promise<RestoreTarget>;
  /**
   * Restores to one side and switches, where the engine allows it; a failure leaves the target as
   * it was. Throws `restore-refused` where it is not empty and `clean` is not given.
   */
  restore(source: LogicalSource, into: Target, options: RestoreOptions): Promise<Restored>;
  /** Throws `scratch-unavailable`, `restore-failed`. */
  restoreIntoScratch(
    source: LogicalSource,
    options: ScratchOptions & Pick<RestoreOptions, 'jobs' | 'onProgress'>,
  ): Promise<RestoredScratch>;
}

/** How an engine backs the files of a whole cluster up, and restores them. */
export interface BaseBackups {
  /**
   * Streams all files into `options.stage` while others go on writing. Throws `permission-denied`,
   * `backup-incomplete`, `pooler-in-the-way`, `connection-lost`.
   */
  take(session: Session, options: BaseBackupOptions): Promise<TakenBaseBackup>;
  /** What stands in a folder where one is to be restored. */
  look(folder: string): Promise<RestoreTarget>;
  /**
   * Restores a whole backup and those that build on it, in that order, into a folder; a failure
   * leaves it as it was. Throws `restore-refused`, `tool-missing`, `restore-failed`.
   */
  restore(chain: readonly RestoreSource[], options: BaseRestoreOptions): Promise<Restored>;
  /** The same into a throwaway server. Throws `scratch-unavailable`, `restore-failed`. */
  restoreIntoScratch(
    chain: readonly RestoreSource[],
    options: ScratchOptions &
      Pick<RestoreOptions, 'jobs' | 'onProgress'> & {
        /** Null: with the log of the backup alone. */
        readonly recovery: ScratchRecovery | null;
      },
  ): Promise<RestoredCluster>;
}

/** A cluster restored into a throwaway server. */
export interface RestoredCluster extends RestoredScratch {
  /** Null: it has the log of the backup alone. */
  readonly recovered: Recovered | null;
}
