import type { Facts, Rule } from './error-rules.ts';

/** Rows that break a constraint; the rows themselves are in DETAIL and nowhere else. */
export const dataRules: readonly Rule[] = [
  {
    states: ['23505'],
    code: 'constraint-violated',
    title: (facts) => `Duplicate value: ${constraint(facts)} is violated`,
    why: 'A row with the same key is there already. --verbose shows the key.',
    hint: 'Remove or merge the duplicates first, or use ON CONFLICT.',
  },
  {
    states: ['23503'],
    code: 'constraint-violated',
    title: (facts) => `Reference to a missing row: ${constraint(facts)} is violated`,
    why: 'A row points to one that is not there, or is still pointed to. --verbose shows the key.',
    hint: 'Insert the referenced row first, or remove what points to it.',
  },
  {
    states: ['23502'],
    code: 'constraint-violated',
    title: ({ message }) => `Column ${name(message.table)}.${name(message.column)} may not be null`,
    why: 'A row has no value there. --verbose shows the row.',
    hint: 'Give the column a value or a default before it becomes NOT NULL.',
  },
  {
    states: ['23514'],
    code: 'constraint-violated',
    title: (facts) => `A row fails the check: ${constraint(facts)} is violated`,
    why: 'The values of the row are not what the check allows. --verbose shows the row.',
    hint: 'Correct the rows first; NOT VALID and a later VALIDATE CONSTRAINT splits the work.',
  },
  {
    states: ['23'],
    code: 'constraint-violated',
    title: (facts) => `A row breaks a rule: ${constraint(facts)} is violated`,
    why: ({ message }) => message.message,
    hint: 'Correct the rows first. --verbose shows them.',
  },
];

function constraint({ message }: Facts): string {
  const of = message.table ? ` of table "${message.table}"` : '';
  if (message.constraint) return `constraint "${message.constraint}"${of}`;
  return message.table ? `a constraint${of}` : 'a constraint';
}

function name(part: string | undefined): string {
  return part ?? '?';
}
