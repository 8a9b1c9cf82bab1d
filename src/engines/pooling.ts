/** How a pooler's console is opened. */
export interface PoolerOptions {
  readonly signal: AbortSignal;
  readonly applicationName: string;
  /** Milliseconds. */
  readonly connectTimeout: number;
  /** Whom to log in as; null: as the target says. */
  readonly user: string | null;
  readonly warn: (warning: { readonly code: string; readonly message: string }) => void;
}

/** The connections of one user to one database. */
export interface Pool {
  readonly database: string;
  readonly user: string;
  readonly mode: string;
  readonly clientsActive: number;
  readonly clientsWaiting: number;
  readonly serversActive: number;
  readonly serversIdle: number;
  /** Just logging in. */
  readonly serversLogin: number;
  /** All of them, in whatever state. */
  readonly servers: number;
  /** Seconds for which the client that waits longest has waited. */
  readonly maxWait: number;
}

export interface PooledDatabase {
  readonly name: string;
  readonly poolSize: number;
  readonly reserve: number;
  readonly connections: number;
  /** 0: no limit. */
  readonly maxConnections: number;
  readonly paused: boolean;
  readonly disabled: boolean;
}

/** What a database did through the pooler, on average over its last period. */
export interface PoolTraffic {
  readonly database: string;
  readonly transactionsPerSecond: number;
  readonly queriesPerSecond: number;
  /** Seconds. */
  readonly transactionTime: number;
  readonly queryTime: number;
  /** Since the pooler started. */
  readonly transactions: number;
  /** Seconds that all of them together waited for a server, since the pooler started. */
  readonly waited: number;
  /** Seconds that a transaction waited for a server; null: there were too few to tell. */
  readonly waitTime: number | null;
}

/** One look at a pooler; its own console is left out of all lists. */
export interface PoolerState {
  /** `1.18.0`. */
  readonly version: string;
  readonly pools: readonly Pool[];
  readonly databases: readonly PooledDatabase[];
  readonly traffic: readonly PoolTraffic[];
  /** Clients, this one among them. */
  readonly clients: number;
  /** Its settings by name, as it prints them. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A pooler's console. Disposing never throws. */
export interface PoolerConsole extends AsyncDisposable {
  readonly display: string;
  readonly version: string;
  /** Throws `permission-denied`, `connection-lost`. */
  look(): Promise<PoolerState>;
}

/** What of a server bears on the size of a pool. */
export interface ServerRoom {
  readonly maxConnections: number;
  /** Kept for superusers, and for those of pg_use_reserved_connections. */
  readonly reserved: number;
  /** That the session is connected to. */
  readonly database: string;
  /** All that take connections. */
  readonly databases: readonly string[];
}

/** How many connections are pooled, and for whom. */
export interface PoolSizes {
  readonly poolSize: number;
  readonly minPoolSize: number;
  readonly reserve: number;
  /** Of one database together, whoever its users are. */
  readonly maxDbConnections: number;
  readonly maxClients: number;
}

export interface PoolerConfigWish {
  readonly sizes: PoolSizes;
  readonly databases: readonly string[];
  readonly listen: { readonly address: string; readonly port: number };
  /** Certificate and key shown to clients; null: they come without TLS. */
  readonly clientTls: { readonly certificate: string; readonly key: string } | null;
  readonly authUser: string;
  /** Absolute path of the file with the login of `authUser`. */
  readonly authFile: string;
  /** What relative paths of the URL are relative to. */
  readonly cwd: string;
  /** Major and minor; null: not known, and only what every version reads is written. */
  readonly version: readonly [major: number, minor: number] | null;
}

/** The text of a pooler's configuration, and what belongs beside it. */
export interface PoolerConfig {
  readonly ini: string;
  /** To be run in each database as a superuser. */
  readonly sql: string;
}

/** A server that a pooler is to be put in front of. */
export interface PooledServer {
  room(): Promise<ServerRoom>;
  /** Version of the pooler that is installed here; null: there is none. */
  installedVersion(signal: AbortSignal): Promise<readonly [number, number] | null>;
  /** Throws `pooler-in-the-way` where the session itself goes through a pooler. */
  config(wish: PoolerConfigWish): Promise<PoolerConfig>;
}
