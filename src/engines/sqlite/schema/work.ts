import type { Mend, SchemaDifference, SchemaObject } from '../../schema.ts';

/** A difference as it stands once the renames have run. */
export interface Change {
  /** The one that was asked about. */
  readonly difference: SchemaDifference;
  readonly change: SchemaDifference['change'];
  /** What shall be there, or what is there and shall not. */
  readonly object: SchemaObject;
}

/** What runs when: whatever is in the way goes first, what needs others comes last. */
const stages = [
  'drop triggers',
  'drop views',
  'drop indexes',
  'drop tables',
  'rename',
  'tables',
  'virtual tables',
  'indexes',
  'views',
  'triggers',
] as const;

/** Statements that belong together. */
export interface Work {
  readonly stage: (typeof stages)[number];
  readonly statements: readonly string[];
  readonly note: string | null;
  /** What they mend; the first is given the statements. */
  readonly covers: readonly SchemaDifference[];
}

/** In running order. */
export function mendsOf(works: readonly Work[]): readonly Mend[] {
  return stages.flatMap((stage) =>
    works.filter((work) => work.stage === stage).flatMap(mendsOfOne),
  );
}

function mendsOfOne({ statements, note, covers }: Work): readonly Mend[] {
  const [first, ...others] = covers;
  if (!first) return [];
  const { type, name } = (first.expected ?? first.actual) as SchemaObject;
  return [
    { difference: first, statements, note },
    ...others.map((difference) => ({
      difference,
      statements: [],
      note: `Mended with the ${type} ${name}`,
    })),
  ];
}
