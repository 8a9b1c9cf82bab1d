/** `unknown`: it could not be looked at, which is never the same as `ok`. */
export type HealthStatus = 'ok' | 'warning' | 'critical' | 'unknown';

/** What checks are about, from what tells most on. */
export const healthGroups = [
  'availability',
  'capacity',
  'replication',
  'wal',
  'vacuum',
  'locks',
  'queries',
  'indexes',
  'integrity',
  'settings',
  'security',
  'tenancy',
  'migrations',
  'backups',
] as const;
export type HealthGroup = (typeof healthGroups)[number];

/** `s` seconds, `B` bytes, `%` of 100; null: a count. */
export type HealthUnit = 's' | 'B' | '%' | null;

/** Null: that level is never reached. */
export interface Thresholds {
  readonly warning: number | null;
  readonly critical: number | null;
}

/** What a check is, without a database to look at. */
export interface HealthCheck {
  /** Stable, in kebab case; what `--only`, `--skip` and thresholds name. */
  readonly id: string;
  readonly title: string;
  readonly group: HealthGroup;
  readonly unit: HealthUnit;
  /** From which value on it is bad; null: there is no value to hold against one. */
  readonly thresholds: Thresholds | null;
  /** The lower its value, the worse. */
  readonly lowIsBad?: true;
  /** Where the thresholds, or the rule, come from: a tool, a manual, or `jem-db`. */
  readonly source: string;
  /** What a role without rights lacks for it, as GRANT has it: `pg_monitor`; or all of its GRANTs, for `{role}`. */
  readonly needs?: string;
  /** Only when it is named: it is heavy. */
  readonly onRequest?: true;
  /** Its value is how long ago something was. */
  readonly isAge?: true;
}

/** One of the things that a check found, the worst first. */
export interface FoundObject {
  /** As SQL names it: `public.orders`, `role app`. */
  readonly name: string;
  readonly value: number | null;
  readonly detail: string;
}

export interface Finding {
  /** Null: the value, held against the thresholds, tells. */
  readonly status: HealthStatus | null;
  readonly value: number | null;
  /** What was seen, in one sentence with its numbers. */
  readonly summary: string;
  /** The next step where it is not well: SQL, or a setting; null: there is none. */
  readonly hint: string | null;
  readonly objects?: readonly FoundObject[];
}

/** Why a check has nothing to say of this server: `a standby`, `before PostgreSQL 16`. */
export interface NotApplicable {
  readonly notApplicable: string;
}

export interface HealthOptions {
  readonly signal: AbortSignal;
  /** Milliseconds that one check may take on the server. */
  readonly statementTimeout: number;
  /** Milliseconds for all checks; one that is on request may take all of them. */
  readonly budget: number;
  /** Milliseconds that it may wait for a lock. */
  readonly lockTimeout: number;
  /** Milliseconds that the connection took to come. */
  readonly connectMs: number;
  /** Names of columns that say which tenant a row belongs to. */
  readonly tenantColumns: readonly string[];
}

/** One number of a metric, and what it is of. */
export interface MetricPoint {
  readonly attributes: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a database counts, named as the OpenTelemetry collector's receivers name it. */
export interface Metric {
  readonly name: string;
  readonly description: string;
  /** UCUM: `By`, `s`, `{connections}`. */
  readonly unit: string;
  /** `counter` only grows, until its statistics are reset. */
  readonly kind: 'gauge' | 'counter';
  readonly points: readonly MetricPoint[];
}

/** Looks at one database, check by check. */
export interface HealthProbe {
  /** What it counts, of this database and of its server. Throws what a session throws. */
  metrics(): Promise<readonly Metric[]>;
  /**
   * Runs one check by its id, in a read-only transaction of its own that waits for no lock longer
   * than a moment. Throws what a session throws where the connection is lost; what the database
   * refuses is a finding of status `unknown`.
   */
  look(id: string, thresholds: Thresholds | null): Promise<Finding | NotApplicable>;
  /** Runs what reads with the session itself within the same bounds. Throws what `body` throws. */
  bounded<T>(body: () => Promise<T>): Promise<T>;
}
