/** Privileges as they stand in an access control list, those of the object's owner left out. */
export interface Grant {
  /** Empty: PUBLIC. */
  readonly grantee: string;
  /** As PostgreSQL spells it: `SELECT`. */
  readonly privilege: string;
  readonly grantable: boolean;
}

export interface SeenRole {
  readonly name: string;
  readonly superuser: boolean;
  readonly createDatabase: boolean;
  readonly createRole: boolean;
  readonly inherit: boolean;
  readonly login: boolean;
  readonly replication: boolean;
  readonly bypassRls: boolean;
  readonly connectionLimit: number;
  readonly expired: boolean;
  /** `name=value`, as ALTER ROLE … SET left them; null: none. */
  readonly settings: readonly string[] | null;
  /** The same, for this database alone. */
  readonly settingsHere: readonly string[] | null;
  /** The current user may grant it and, from 16 on, alter it. */
  readonly administered: boolean;
}

export interface SeenMembership {
  readonly role: string;
  readonly member: string;
  readonly admin: boolean;
  readonly inherit: boolean;
  readonly set: boolean;
  /** Null before 16, where a membership has one grantor that does not matter. */
  readonly grantor: string | null;
}

export interface SeenSchema {
  readonly name: string;
  readonly owner: string;
  /** The current user has the rights of the owner. */
  readonly mine: boolean;
  /** An extension lives in it. */
  readonly extension: boolean;
  readonly grants: readonly Grant[];
}

export type Family = 'table' | 'sequence' | 'routine';

export interface SeenObject {
  /** What rights it has; null: none that the set is about. */
  readonly family: Family | null;
  /** As ALTER and GRANT have it: `TABLE`, `ROUTINE`. */
  readonly keyword: string;
  /** With its schema, quoted as it must be. */
  readonly identity: string;
  readonly schema: string;
  readonly name: string;
  readonly owner: string;
  readonly mine: boolean;
  /** Its owner follows another object's: a sequence of a column. */
  readonly follows: boolean;
  /** A routine that runs with its owner's rights, and that no view or policy calls. */
  readonly definer: boolean;
  readonly grants: readonly Grant[];
}

/** Rights that objects of the owner will have when they are made. */
export interface SeenDefault {
  /** Null: in every schema. */
  readonly schema: string | null;
  readonly family: Family;
  readonly grants: readonly Grant[];
}

/** A view or a function of the server's own files. */
export interface SeenServerFile {
  readonly keyword: 'TABLE' | 'FUNCTION';
  readonly identity: string;
  readonly privilege: 'SELECT' | 'EXECUTE';
  readonly grantable: boolean;
  readonly grants: readonly Grant[];
}

export interface CurrentUser {
  readonly name: string;
  readonly superuser: boolean;
  readonly createRole: boolean;
  readonly createDatabase: boolean;
  readonly bypassRls: boolean;
  readonly replication: boolean;
  /** May create schemas in this database. */
  readonly createSchema: boolean;
  /** Has the rights of the owner of this database. */
  readonly ownsDatabase: boolean;
  /** Has the rights of the set's owner, and may become it; false where there is none. */
  readonly actsAsOwner: boolean;
}

/** What the catalog says of everything that the set is about. */
export interface Seen {
  readonly major: number;
  readonly database: string;
  readonly me: CurrentUser;
  readonly roles: ReadonlyMap<string, SeenRole>;
  /** By the role's name; null: this user may not look. */
  readonly passwords: ReadonlyMap<string, 'none' | 'md5' | 'scram'> | null;
  readonly memberships: readonly SeenMembership[];
  readonly databaseOwner: string;
  readonly databaseGrants: readonly Grant[];
  readonly schemas: readonly SeenSchema[];
  readonly objects: readonly SeenObject[];
  readonly defaults: readonly SeenDefault[];
  readonly serverFiles: readonly SeenServerFile[];
}
