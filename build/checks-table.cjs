'use strict';

// The tables of checks in README.md, made from what `jem-db health checks` says of the code:
// `node build/checks-table.cjs [--check] [FILE]`. With --check, exit code 1 where they differ.
const { execFileSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const isCheck = process.argv.includes('--check');
const named = process.argv.slice(2).find((word) => !word.startsWith('--'));
const readme = named ?? join(__dirname, '../README.md');
const start = '<!-- checks: node build/checks-table.cjs -->';
const end = '<!-- /checks -->';

const answer = execFileSync(
  process.execPath,
  [join(__dirname, '../bin/jem-db.js'), 'health', 'checks', '--json'],
  // No setting of this machine may leave an engine out.
  { cwd: join(__dirname), env: {}, encoding: 'utf8' },
);
/**
 * @typedef {object} Check
 * @property {string} id
 * @property {string | null} engine
 * @property {string} group
 * @property {string} title
 * @property {string} bounds
 * @property {string | null} needs
 * @property {string} source
 * @property {boolean} onRequest
 */
/** @type {(text: string) => { result: { checks: Check[] } }} */
const read = JSON.parse;
const { checks } = read(answer).result;
const text = readFileSync(readme, 'utf8');
const [from, to] = [text.indexOf(start), text.indexOf(end)];
if (from < 0 || to < from) throw new Error(`${readme} has no place for the checks: ${start}`);
const wanted = `${text.slice(0, from + start.length)}\n${tables()}\n${text.slice(to)}`;
if (isCheck) process.exitCode = wanted === text ? 0 : 1;
else writeFileSync(readme, wanted);

function tables() {
  const engines = [...new Set(checks.map(({ engine }) => engine))];
  return engines.map(table).join('\n');
}

/** @param {string | null} engine */
function table(engine) {
  const own = checks.filter((check) => check.engine === engine);
  return [
    '',
    `**${engine ?? 'jem-db itself'}** (${own.length})`,
    '',
    '| check | group | looks at | warning / critical | needs | from |',
    '|---|---|---|---|---|---|',
    ...own.map(({ id, group, title, bounds, needs, source, onRequest }) =>
      row([
        `\`${id}\`${onRequest ? ' (on request)' : ''}`,
        group,
        title,
        bounds,
        needs ?? '',
        source,
      ]),
    ),
    '',
  ].join('\n');
}

/** @param {readonly string[]} cells */
function row(cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`.replaceAll(
    '|  |',
    '| |',
  );
}
