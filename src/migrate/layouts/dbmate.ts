import { type Mark, sectioned } from './sections.ts';

const mark = /^(?:\xef\xbb\xbf)?--\s*migrate:(up|down)(?=\s|$)(.*)/;

export const dbmateRules = {
  pattern: /^(?:\xef\xbb\xbf)?--[ \t]*migrate:(?:up|down)(?=\s|$)[^\r\n]*/gm,
  read: readMark,
  up: '-- migrate:up',
  down: '-- migrate:down',
  leaves: /^(schema|structure)\.sql$/,
};

/** dbmate: `-- migrate:up` and `-- migrate:down`, with options behind them. */
export const dbmate = sectioned(
  { name: 'dbmate', title: 'one file with "-- migrate:up" (dbmate)', aliases: [] },
  dbmateRules,
);

function readMark(line: string): Mark | null {
  const [, direction, tail = ''] = mark.exec(line) ?? [];
  if (direction !== 'up' && direction !== 'down') return null;
  const noTransaction = tail.trim().split(/\s+/).includes('transaction:false');
  return { direction, options: noTransaction ? { noTransaction } : {} };
}
