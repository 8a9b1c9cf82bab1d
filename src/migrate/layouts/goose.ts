import { type Mark, sectioned } from './sections.ts';

export const gooseRules = {
  pattern: /^[ \t]*--[^\r\n]*\+goose[^\r\n]*/gm,
  read: readMark,
  up: '-- +goose Up',
  down: '-- +goose Down',
};

/** goose: `-- +goose Up` and `-- +goose Down`. Where statements end we see for ourselves. */
export const goose = sectioned(
  { name: 'goose', title: 'one file with "-- +goose Up" (goose)', aliases: [] },
  gooseRules,
);

const silent = ['statementbegin', 'statementend', 'envsub off'];

function readMark(line: string): Mark | null {
  const order = line.replaceAll('--', '').replace('+goose', '').trim().toLowerCase();
  if (order === 'up' || order === 'down') return { direction: order, options: {} };
  if (silent.includes(order)) return null;
  if (order === 'no transaction') return { direction: null, options: { noTransaction: true } };
  const refusal =
    order === 'envsub on'
      ? 'wants environment variables put into its SQL (ENVSUB ON), which jem-db does not do'
      : `has the mark "${line.trim()}", which goose does not know`;
  return { direction: null, options: {}, refusal };
}
