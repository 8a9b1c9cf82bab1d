import type { FolderFile } from '../listing.ts';
import { parseName } from '../naming.ts';
import type { Layout, Listing, Problem, Reading } from './layout.ts';
import { type Part, pair } from './pairs.ts';
import { wholeFile } from './sources.ts';

const sqlPart = /^(?<name>.+)\.(?<direction>up|down)(?:\.(?<engine>[^.]+))?\.sql$/;
const modulePart = /^(?<name>.+?)(?:\.(?<engine>[^.]+))?\.(?:ts|js|mjs|cjs|mts)$/;

/** `0001_users.up.sql` beside `0001_users.down.sql`, and modules. */
export const native: Layout = {
  name: 'native',
  title: 'NAME.up.sql with NAME.down.sql (jem-db, golang-migrate, sqlx)',
  aliases: ['jem-db', 'golang-migrate', 'migrate'],
  detect: ({ files, engine }) =>
    files.find((file) => {
      const part = partOf(file, [...engine.own, ...engine.others]);
      return part && (part.direction !== 'both' || parseName(part.name));
    }) ?? null,
  read: readNative,
  parse: parseName,
  owns: (name, base) => base.startsWith(`${name}.`) && ownTail.test(base.slice(name.length)),
  first: { prefix: '', separator: '_' },
  scaffold: (name) => [
    { path: `${name}.up.sql`, text: `-- ${name}: write here what this migration does.\n` },
    { path: `${name}.down.sql`, text: `-- ${name}: write here what takes it back.\n` },
  ],
};

const ownTail = /^(\.(up|down)(\.[^.]+)?\.sql|(\.[^.]+)?\.(ts|js|mjs|cjs|mts))$/;

function readNative(listing: Listing): Reading {
  const words = [...listing.engine.own, ...listing.engine.others];
  const parts: Part[] = [];
  const problems: Problem[] = [];
  for (const file of listing.files) {
    const part = partOf(file, words);
    if (part) parts.push(part);
    else problems.push(neither(file));
  }
  const reading = pair(parts, listing, {
    parse: parseName,
    upName: (name) => `${name}.up.sql`,
    source: ({ file, direction }) => wholeFile(file, direction === 'both' ? 'module' : 'sql'),
  });
  return { ...reading, problems: [...problems, ...reading.problems] };
}

/** What the name of a file says; null where it is neither up, nor down, nor a module. */
export function partOf(file: FolderFile, engineWords: readonly string[]): Part | null {
  const sql = sqlPart.exec(file.base)?.groups;
  if (sql) {
    const direction = sql['direction'] === 'up' ? 'up' : 'down';
    return { file, name: sql['name'] ?? '', direction, engine: sql['engine'] ?? null };
  }
  const module = modulePart.exec(file.base)?.groups;
  if (!module) return null;
  const [name = '', word = null] = [module['name'], module['engine']];
  // A dot in a module's name is part of the name, unless an engine stands behind it.
  return word === null || engineWords.includes(word)
    ? { file, name, direction: 'both', engine: word }
    : { file, name: `${name}.${word}`, direction: 'both', engine: null };
}

/** Says why a file is no part of a migration. */
export function neither({ shown, base }: FolderFile): Problem {
  const meant = base.toLowerCase().replace(/\.{2,}/g, '.');
  if (base !== meant && sqlPart.test(meant))
    return {
      file: shown,
      what: 'is not named as a migration: two dots in a row, or capital letters in its ending',
      hint: `Rename it to ${base.replace(/\.{2,}/g, '.').replace(/\.(up|down)\..*$/i, (tail) => tail.toLowerCase())}.`,
    };
  const language = /\.(go|rs|rb|py|java|kt|php|exs?|cs)$/.exec(base)?.[1];
  if (language)
    return {
      file: shown,
      what: `is a program (.${language}); jem-db runs SQL, JavaScript and TypeScript`,
      hint: 'Write it as SQL or as a module, or go on running it with the tool it was made for.',
    };
  if (!base.endsWith('.sql'))
    return {
      file: shown,
      what: 'is not a migration',
      hint: 'Move it out of the migrations folder. Left aside are README files, *.md, *.json and names that start with a dot.',
    };
  return {
    file: shown,
    what: 'is neither up nor down',
    hint: `Rename it to ${base.replace(/\.*sql$/, '')}.up.sql, or say how the folder is laid out: --layout NAME.`,
  };
}
