import { type Mark, sectioned } from './sections.ts';

const mark = /--[\s-]*(up|down)\s+migration/i;

export const nodePgMigrateRules = {
  pattern: /^(?:\xef\xbb\xbf)?[ \t]*--[ \t-]*(?:up|down)[ \t]+migration[^\r\n]*/gim,
  read: readMark,
  up: '-- Up Migration',
  down: '-- Down Migration',
};

/** node-pg-migrate's SQL: `-- Up Migration` and `-- Down Migration`. */
export const nodePgMigrate = sectioned(
  {
    name: 'node-pg-migrate',
    title: 'one file with "-- Up Migration" (node-pg-migrate)',
    aliases: [],
  },
  nodePgMigrateRules,
);

function readMark(line: string): Mark | null {
  const [, word] = mark.exec(line) ?? [];
  return word ? { direction: word.toLowerCase() === 'up' ? 'up' : 'down', options: {} } : null;
}
