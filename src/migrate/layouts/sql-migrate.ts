import { type Mark, sectioned } from './sections.ts';

const mark = /^--\s*\+migrate\s+(Up|Down)\b(.*)/;

export const sqlMigrateRules = {
  pattern: /^--[ \t]*\+migrate[ \t]+(?:Up|Down)\b[^\r\n]*/gm,
  read: readMark,
  up: '-- +migrate Up',
  down: '-- +migrate Down',
};

/** rubenv/sql-migrate: `-- +migrate Up` and `-- +migrate Down`. */
export const sqlMigrate = sectioned(
  { name: 'sql-migrate', title: 'one file with "-- +migrate Up" (sql-migrate)', aliases: [] },
  sqlMigrateRules,
);

function readMark(line: string): Mark | null {
  const [, direction, tail = ''] = mark.exec(line) ?? [];
  const noTransaction = tail.trim().split(/\s+/).includes('notransaction');
  const options = noTransaction ? { noTransaction } : {};
  return direction ? { direction: direction === 'Up' ? 'up' : 'down', options } : null;
}
