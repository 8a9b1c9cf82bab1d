import type { SchemaObject, SchemaValue } from '../../schema.ts';

/**
 * One kind of object: how the catalog is asked for it, and the SQL that makes, drops and changes
 * it. One file a kind.
 */
export interface Kind {
  /** The `type`s its objects have. */
  readonly types: readonly string[];
  /**
   * A SELECT over the common table expressions of `catalog.ts`. Columns: `id` (see `objectId`),
   * `type`, `schema`, `table`, `name`, and one for each attribute, named as the attribute: text,
   * boolean or text[]. Every name in it is qualified: the search path is empty. `there` tells
   * what the database may have (`probe.ts`).
   */
  readonly sql: (major: number, there: There) => string;
  /**
   * Of a kind that a database has many objects of: all attributes, in the order in which they are
   * told, with the value that most objects have and that is not sent; undefined: there is none.
   */
  readonly usual?: Readonly<Record<string, SchemaValue | undefined>>;
  /** Statements that name an object before it is made, for what it needs and what needs it. */
  readonly prepare?: (object: SchemaObject) => readonly string[];
  /** Statements that make the object, with owner, grants and comment. */
  readonly create: (object: SchemaObject, context: MendContext) => readonly string[];
  /** Statements that must wait until everything else is made. */
  readonly finish?: (object: SchemaObject, context: MendContext) => readonly string[];
  /** Not asked for a part whose whole is dropped, unless `dropsFirst`. */
  readonly drop: (object: SchemaObject, context: MendContext) => readonly string[];
  /** Whether a part must be dropped even where its whole will be. */
  readonly dropsFirst?: (object: SchemaObject) => boolean;
  /**
   * Statements that change the attributes named; null: it must be dropped and made anew, which
   * may not depend on `context.isMade`.
   */
  readonly alter: (change: Change, context: MendContext) => readonly string[] | null;
  /** The statement that gives an object another name, where one may be had by a rename. */
  readonly rename?: (object: SchemaObject, name: string) => string;
  /** Statements of a change that must run before anything is dropped. */
  readonly loosen?: (change: Change) => readonly string[];
  /** Statements of a change that must wait until everything else is made. */
  readonly tighten?: (change: Change, context: MendContext) => readonly string[];
  /** Whether what depends on the object must make room while it is changed. */
  readonly displaces?: (dependent: SchemaObject, change: Change) => boolean;
  /** What to know before the statements run, or why there are none. */
  readonly note?: (change: Change) => string | null;
  /** What to know before the object is made. */
  readonly createNote?: (object: SchemaObject, context: MendContext) => string | null;
  /** What is lost when the object is dropped. */
  readonly dropNote?: (object: SchemaObject) => string | null;
}

/** Whether a database may have any object of a kind, or `inheritance`. */
export type There = (what: string) => boolean;

export interface Change {
  readonly expected: SchemaObject;
  readonly actual: SchemaObject;
  readonly attributes: ReadonlySet<string>;
}

/** One of the two schemas, to look things up. */
export interface SchemaIndex {
  /** Objects that are a part of this one, in their order. */
  readonly partsOf: (table: Pick<SchemaObject, 'schema' | 'name'>) => readonly SchemaObject[];
  readonly find: (type: string, schema: string | null, name: string) => SchemaObject | undefined;
}

/** Looks up the expected schema, where nothing else is said. */
export interface MendContext extends SchemaIndex {
  /** Major version of the server whose schema is to be mended. */
  readonly major: number;
  /** The schema that is there. */
  readonly actual: SchemaIndex & {
    /** Objects that name this one, by its key, among what they need. */
    readonly dependentsOf: (key: string) => readonly SchemaObject[];
  };
  /** Whether the same mend makes an object, or makes it anew. */
  readonly isMade: (key: Pick<SchemaObject, 'type' | 'schema' | 'table' | 'name'>) => boolean;
  /** Whether the same mend makes the table or other whole that a part belongs to. */
  readonly isWholeMade: (part: SchemaObject) => boolean;
}

/** What a kind is called where one word must do. */
export function kindName({ types }: Kind): string {
  return types[0] ?? '';
}
