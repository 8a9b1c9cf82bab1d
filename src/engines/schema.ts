/** What the catalog says of one attribute; numbers are written as text, lists are sorted. */
export type SchemaValue = string | boolean | null | readonly string[];

/** One object of a schema, as plain data that two servers' pictures can be compared by. */
export interface SchemaObject {
  /** The engine's own word in lower case: `table`, `materialized view`, `index`. */
  readonly type: string;
  /** Null where the object lives in none, or the engine has no schemas. */
  readonly schema: string | null;
  /** The relation, domain or other object that it is a part of; null for one of its own. */
  readonly table: string | null;
  /** Its own name; a function's with the types of its arguments. */
  readonly name: string;
  /** Compared one by one. */
  readonly attributes: Readonly<Record<string, SchemaValue>>;
  /** Keys (`keyOf`) of what must be there before this can be created; not compared. */
  readonly dependsOn: readonly string[];
}

/** A picture of a database's schema: sorted by key, without the ledger of jem-db. */
export interface Schema {
  readonly engine: string;
  /** `18.6`, `3.53.1`. */
  readonly serverVersion: string;
  readonly objects: readonly SchemaObject[];
}

/** Names an object within a schema. */
export function keyOf(object: Pick<SchemaObject, 'type' | 'schema' | 'table' | 'name'>): string {
  return JSON.stringify([object.type, object.schema, object.table, object.name]);
}

export interface SchemaOptions {
  /** Left out of the picture, with what belongs to it. */
  readonly ledgerTable: string;
  readonly signal: AbortSignal;
}

/** One difference between the schema that is expected and the one that is there. */
export interface SchemaDifference {
  readonly change: 'missing' | 'unexpected' | 'changed';
  /** Null where it is unexpected. */
  readonly expected: SchemaObject | null;
  /** Null where it is missing. */
  readonly actual: SchemaObject | null;
  /** Names of the attributes that differ; empty unless `changed`. */
  readonly attributes: readonly string[];
}

/** What would mend one difference. */
export interface Mend {
  readonly difference: SchemaDifference;
  /** Statements without semicolons; empty where another difference's statements mend it too. */
  readonly statements: readonly string[];
  /** Why no statement can mend it, or what to know before running them. */
  readonly note: string | null;
}

/** What one statement was seen to do. Lists are empty where an engine cannot see it. */
export interface Observation {
  /** 0-based, within its script. */
  readonly statement: number;
  readonly durationMs: number;
  /** Locks on relations that were there before, as the engine names their modes, the strongest each. */
  readonly locks: readonly { readonly relation: string; readonly mode: string }[];
  /** Relations whose storage was written anew. */
  readonly rewritten: readonly string[];
  /** Relations that were there before and were read from end to end. */
  readonly scanned: readonly string[];
}

/** What a run that was rolled back showed. */
export interface Rehearsal {
  readonly before: Schema;
  /** Before the rollback; after the last step that went well. */
  readonly after: Schema;
  /** One list a step; the last is of the one that failed, as far as it came. */
  readonly steps: readonly (readonly Observation[])[];
  /** What the last step threw, as `apply` would; null: none failed. */
  readonly failure: unknown;
}
