/** The roles of the set, by what they are for. */
export const roleKinds = [
  'owner',
  'migrator',
  'application',
  'readonly',
  'backup',
  'monitor',
] as const;

export type RoleKind = (typeof roleKinds)[number];

/** Time limits of a role's sessions, in milliseconds; 0: none. Named as PostgreSQL names them. */
export interface RoleTimeouts {
  readonly statement_timeout: number;
  readonly idle_in_transaction_session_timeout: number;
  readonly idle_session_timeout: number;
}

export interface WantedRole {
  readonly kind: RoleKind;
  readonly name: string;
  /** Sessions at once; null for a role that nobody logs in as. */
  readonly connectionLimit: number | null;
  readonly timeouts: RoleTimeouts | null;
  /** May stream the files of the whole cluster. */
  readonly replication: boolean;
  /** It logs in with a password; false where it has another way, as a certificate. */
  readonly password: boolean;
}

/** The set that a database is to have. */
export interface WantedRoles {
  /** In the order of `roleKinds`; the owner and the migrator are always among them. */
  readonly roles: readonly WantedRole[];
  readonly schemas: readonly string[];
  /** Whether the monitor is to read the server's own files of settings. */
  readonly serverFiles: boolean;
  /** Of `jem-db migrate`: nobody but the owner writes to it. */
  readonly ledgerTable: string;
}

/** The parts of the set, in the order in which they must be made. */
export const roleAreas = [
  'roles',
  'memberships',
  'database',
  'schemas',
  'ownership',
  'rights',
  'defaults',
  'server',
] as const;

export type RoleArea = (typeof roleAreas)[number];

export type RoleDeviationCode =
  | 'role-missing'
  | 'attribute-excess'
  | 'attribute-missing'
  | 'setting'
  | 'password-missing'
  | 'password-weak'
  | 'password-expired'
  | 'membership-missing'
  | 'membership-excess'
  | 'schema-missing'
  | 'wrong-owner'
  | 'right-missing'
  | 'right-excess'
  | 'public-right'
  | 'default-missing'
  | 'default-excess';

/** One thing that is not as the set has it. */
export interface RoleDeviation {
  readonly area: RoleArea;
  readonly code: RoleDeviationCode;
  /** Whose it is; null: PUBLIC's, or nobody's. */
  readonly role: string | null;
  readonly message: string;
  /** What it is about, as SQL names it; empty where it is the role alone. */
  readonly objects: readonly string[];
  /** Statements without semicolons; empty where no SQL mends it, as for a password. */
  readonly sql: readonly string[];
  /** What to do where no SQL mends it. */
  readonly hint: string | null;
  /** What the current user lacks for it, in words; null: it may do this. */
  readonly lacks: string | null;
}

/** What this user could not look at. */
export interface UnseenRights {
  readonly what: string;
  /** What would let it. */
  readonly needs: string;
}

export interface RolesComparison {
  readonly database: string;
  /** The user that looked. */
  readonly user: string;
  readonly deviations: readonly RoleDeviation[];
  /** What the user lacks to mend what SQL can mend, in words. */
  readonly lacking: readonly string[];
  readonly unseen: readonly UnseenRights[];
  /** Of each role that logs in: null where there is no such role, or it cannot be seen. */
  readonly passwords: Readonly<Record<string, 'none' | 'md5' | 'scram' | null>>;
  /** Roles of the set that exist. */
  readonly existing: readonly string[];
}

export interface ApplyRolesOptions {
  /** What was shown: where it is not what would be done now, nothing is done. */
  readonly agreed: RolesComparison;
  /** Passwords to set, by the role's name. */
  readonly passwords: ReadonlyMap<string, string>;
  /** Milliseconds. */
  readonly lockTimeout: number;
  readonly signal: AbortSignal;
}

/** How an engine keeps the roles of a database. */
export interface RoleKeeping<Session> {
  /** How the database differs from the set, in one snapshot, with the rights of any user. */
  compare(session: Session, wanted: WantedRoles): Promise<RolesComparison>;
  /** The whole set as a script for the server's own client; changes nothing if run again. */
  script(
    session: Session,
    wanted: WantedRoles,
  ): Promise<{ readonly database: string; readonly script: string }>;
  /**
   * Mends all that SQL can mend in one transaction, looks again, and commits. Returns what is
   * left. Throws `confirmation-needed` where it is no longer what was agreed to, `lock-timeout`,
   * `commit-unknown`.
   */
  apply(
    session: Session,
    wanted: WantedRoles,
    options: ApplyRolesOptions,
  ): Promise<RolesComparison>;
}
