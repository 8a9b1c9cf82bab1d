import type { Rule } from './error-rules.ts';

/** The statement itself: its syntax, and what it names. */
export const objectRules: readonly Rule[] = [
  {
    states: ['25001'],
    text: /^(.*?) cannot (?:run|be executed)/,
    code: 'needs-no-transaction',
    title: ({ found }) => `${found(1)} cannot run inside a transaction`,
    why: 'PostgreSQL runs this statement only by itself, and a migration is one transaction.',
    hint: 'Put it into a file of its own that begins with: -- jem-db: no-transaction',
  },
  {
    states: ['42601'],
    code: 'syntax-error',
    title: ({ message }) => `SQL ${message.message}`,
    why: 'PostgreSQL cannot read the statement.',
    hint: 'Correct it there; a missing comma or bracket stands mostly just before.',
  },
  {
    states: ['42P07', '42P06', '42P04', '42701', '42710', '42723', '42712', '42P03'],
    code: 'object-exists',
    title: ({ message }) => sentence(message.message),
    why: 'It was created before: by hand, by another tool, or by an earlier migration.',
    hint: 'Remove it, use IF NOT EXISTS, or take the database over with `jem-db migrate baseline`.',
  },
  {
    states: ['42P01', '42703', '42704', '42883', '3F000', '3D000', '42P02'],
    code: 'object-missing',
    title: ({ message }) => sentence(message.message),
    why: 'It was not created yet, has another name, or lies outside search_path.',
    hint: 'Look at `jem-db migrate status`, and write the schema before the name.',
  },
  {
    states: ['08P01'],
    text: /bind message supplies/,
    code: 'internal',
    title: 'A statement got the wrong number of parameters',
    why: 'This is a mistake of the program that sent it.',
    hint: 'Report it, or correct the parameters in the migration.',
  },
];

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
