import type { Rule } from './error-rules.ts';

/** The role may not do this. Before the rules of missing objects: a missing setting is one. */
export const rightRules: readonly Rule[] = [
  {
    states: ['42501'],
    text: /row-level security policy.*for table "([^"]*)"/,
    code: 'row-security',
    title: ({ found }) => `Row-level security refused a row of table "${found(1)}"`,
    why: 'The row belongs to another tenant than the one of this session.',
    hint: 'Set the tenant of this session; never use BYPASSRLS for it.',
  },
  {
    states: ['42704'],
    text: /unrecognized configuration parameter "([^"]*\.[^"]*)"/,
    code: 'row-security',
    title: ({ found }) => `The setting ${found(1)} is not set for this session`,
    why: 'A row-level security policy or a function reads it, and nobody has set it.',
    hint: ({ found }) => `First: SET LOCAL ${found(1)} = '…';`,
  },
  {
    states: ['42501'],
    text: /permission denied for (\S+(?: \S+)*) (\S+)$/,
    code: 'permission-denied',
    title: ({ about, found }) => `User "${about.user}" lacks a right on ${found(1)} ${found(2)}`,
    why: ({ found }) =>
      found(1) === 'schema'
        ? 'Since PostgreSQL 15 nobody but the owner may create in schema public unasked.'
        : 'No GRANT gives this role what the statement needs.',
    hint: ({ found, about }) =>
      found(1) === 'schema'
        ? `GRANT USAGE, CREATE ON SCHEMA ${found(2)} TO "${about.user}"; or use the role that owns it.`
        : `GRANT … ON ${found(2)} TO "${about.user}"; or use the role that owns it.`,
  },
  {
    states: ['42501'],
    code: 'permission-denied',
    title: ({ about }) => `User "${about.user}" may not do this`,
    why: ({ message }) => message.message,
    hint: 'Use the role that owns the object, or one that was granted the right.',
  },
];
