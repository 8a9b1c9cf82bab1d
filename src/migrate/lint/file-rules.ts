import type { RuleFacts } from './finding.ts';

const aboutTheText = { lock: null, harm: null, optIn: false } as const;

/** What is told of a file, whatever its engine. */
export const fileRules = {
  unreadable: {
    ...aboutTheText,
    id: 'unreadable-sql',
    level: 'error',
    title: 'SQL that cannot be read',
    why: 'the statement would fail, or is meant for another server or version',
  },
  shellCommand: {
    ...aboutTheText,
    id: 'shell-command',
    level: 'error',
    title: 'a command for a shell (psql, sqlite3), not SQL',
    why: 'the database server does not understand it, and `migrate up` refuses the file',
  },
  module: {
    ...aboutTheText,
    id: 'unread-module',
    level: 'note',
    title: 'a migration that is a program',
    why: 'what it will run cannot be read from its text',
  },
  badAllow: {
    ...aboutTheText,
    id: 'bad-allow',
    level: 'error',
    title: 'an allow comment that accepts nothing',
    why: 'what it should accept is reported all the same',
  },
  unusedAllow: {
    ...aboutTheText,
    id: 'unused-allow',
    level: 'note',
    title: 'an allow comment that nothing needs',
    why: 'it would hide the danger when somebody adds it later',
  },
} as const satisfies Record<string, RuleFacts>;
