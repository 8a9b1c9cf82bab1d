import { type ErrorCode, type ErrorDetails, JemError } from '../../errors.ts';

interface Shape {
  readonly message: RegExp;
  readonly code: ErrorCode;
  readonly details?: ErrorDetails;
}

/** What SQLite's SQLITE_ERROR means, by its words; the first that fits. */
const shapes: readonly Shape[] = [
  {
    message: /should this be a string literal in single-quotes/,
    code: 'object-missing',
    details: {
      why: 'Text in double quotes is a name here, not a string.',
      hint: 'Write strings in single quotes.',
    },
  },
  {
    message: /syntax error|incomplete input|unrecognized token/,
    code: 'syntax-error',
    details: {
      hint: 'Mend the statement where the mark stands, or just before it; it is read as SQLite’s SQL.',
    },
  },
  {
    message: /^no such (function|module|collation sequence)/,
    code: 'object-missing',
    details: {
      why: 'The SQLite library inside jem-db does not have it: it may need a newer library, or an extension that the application loads itself.',
      hint: 'Check the name; or do without it in migrations.',
    },
  },
  {
    message: /no such |has no column named|unknown database|unable to identify the object/,
    code: 'object-missing',
    details: {
      hint: 'Check the name, and that the migration which makes it ran before: `jem-db migrate status`',
    },
  },
  {
    message: /already exists|duplicate column name|already an? (index|table)/,
    code: 'object-exists',
    details: {
      hint: 'It was made before, perhaps not by a migration: `jem-db migrate status` tells what is applied.',
    },
  },
  {
    message: /within a? ?transaction|inside a transaction/,
    code: 'needs-no-transaction',
    details: {
      why: 'SQLite runs this statement outside a transaction only.',
      hint: 'Put the line "-- jem-db: no-transaction" at the top of the file.',
    },
  },
  {
    message: /no transaction is active/,
    code: 'migration-transaction-control',
    details: { hint: 'Take BEGIN, COMMIT and ROLLBACK out of the migration.' },
  },
  {
    message: /^foreign key mismatch/,
    code: 'sql-error',
    details: {
      why: 'The columns that the foreign key refers to are neither the primary key nor unique.',
      hint: 'Give the parent table a unique index on exactly these columns.',
    },
  },
];

/** An error in the SQL itself. */
export function sqlError(original: string): JemError {
  const beginsTwice = original.startsWith('cannot start a transaction');
  const shape = shapes.find(({ message }) => message.test(original));
  const title = original.charAt(0).toUpperCase() + original.slice(1);
  if (beginsTwice)
    return new JemError('migration-transaction-control', title, {
      why: 'A transaction is open already.',
      hint: 'Take BEGIN, COMMIT and ROLLBACK out of the migration.',
    });
  return new JemError(shape?.code ?? 'sql-error', title, shape?.details ?? {});
}
