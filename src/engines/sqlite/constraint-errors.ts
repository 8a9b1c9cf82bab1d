import { type ErrorDetails, JemError } from '../../errors.ts';

type Words = (rest: string) => { title: string; details?: ErrorDetails };

/** By the kind of constraint; `rest` is what SQLite says behind `… constraint failed: `. */
const kinds: Readonly<Record<string, Words>> = {
  UNIQUE: duplicate,
  PRIMARYKEY: duplicate,
  ROWID: duplicate,
  NOTNULL: (rest) => ({
    title: `${rest} must not be null`,
    details: { why: 'A row without a value for it was written (NOT NULL).' },
  }),
  CHECK: (rest) => ({
    title: `The check ${rest} does not hold`,
    details: { why: 'A row was written that breaks this CHECK constraint.' },
  }),
  FOREIGNKEY: () => ({
    title: 'A foreign key does not hold',
    details: {
      why: 'A row refers to one that is not there, or the row it refers to was deleted or changed.',
    },
  }),
  DATATYPE: (rest) => ({
    title: capital(rest),
    details: { why: 'The table is STRICT, and the value has another type than the column.' },
  }),
  TRIGGER: (rest) => ({
    title: `A trigger refused the change: ${rest}`,
    details: { why: 'RAISE in a trigger.' },
  }),
};

/** A violated constraint, naming it or its columns as far as SQLite does. */
export function constraintError(code: string, original: string): JemError {
  const kind = isForeignKey(original) ? 'FOREIGNKEY' : code.slice('SQLITE_CONSTRAINT_'.length);
  const rest = original.replace(/^[A-Z ]+ constraint failed: /, '');
  const { title, details } = kinds[kind]?.(rest) ?? { title: capital(rest) };
  const errorCode = kind === 'FOREIGNKEY' ? 'foreign-keys-broken' : 'constraint-violated';
  return new JemError(errorCode, title, {
    hint: 'Mend the rows, or change what the migration writes.',
    ...details,
  });
}

/** By its words: ON DELETE RESTRICT comes with the code of a trigger. */
export function isForeignKey(original: string): boolean {
  return original === 'FOREIGN KEY constraint failed';
}

function duplicate(rest: string): { title: string; details: ErrorDetails } {
  const index = /^index '(.+)'$/.exec(rest)?.[1];
  return {
    title: `Two rows would have the same ${index ? `key in the index ${index}` : rest}`,
    details: { why: 'A unique constraint or index forbids it.' },
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
