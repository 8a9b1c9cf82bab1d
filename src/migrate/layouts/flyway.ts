import { readFileSync } from 'node:fs';
import type { FileOptions } from '../../sql/options.ts';
import type { FolderFile } from '../listing.ts';
import type { NumberedName } from '../naming.ts';
import type { Layout, Listing, Problem, Reading } from './layout.ts';
import { neither } from './native.ts';
import { type Part, pair } from './pairs.ts';
import { cannotRead, wholeFile } from './sources.ts';

const versioned = /^(?<kind>[VU])(?<number>\d+(?:[._]\d+)*)(?:(?<separator>__)(?<rest>.*))?$/;
const sqlFile = /^(?:[VUB]\d+(?:[._]\d+)*|R)__.*\.sql$/;
const pairedSql = /\.(up|down)(\.[^.]+)?\.sql$/;
const ending = /\.sql$/;

/** Flyway and refinery: `V1__users.sql`, `V1.2__x.sql`, with `U1__users.sql` to go back. */
export const flyway: Layout = {
  name: 'flyway',
  title: 'V1__name.sql with U1__name.sql (Flyway, refinery)',
  aliases: ['refinery'],
  detect: ({ files }) => files.find(isFlyway) ?? null,
  read: readFlyway,
  parse: parseFlyway,
  owns: (name, base) => {
    const stem = base.replace(/\.sql(\.conf)?$/, '');
    return stem !== base && (stem === name || (stem.startsWith('U') && key(stem) === key(name)));
  },
  first: { prefix: 'V', separator: '__' },
  scaffold: (name) => [
    { path: `${name}.sql`, text: `-- ${name}: write here what this migration does.\n` },
    {
      path: `${name.replace(/^V/, 'U')}.sql`,
      text: `-- ${name}: write here what takes it back.\n`,
    },
  ],
};

function isFlyway({ base }: FolderFile): boolean {
  return sqlFile.test(base) && !pairedSql.test(base);
}

function parseFlyway(name: string): NumberedName | null {
  const found = versioned.exec(name)?.groups;
  if (!found) return null;
  const { kind = '', number = '', separator = '', rest = '' } = found;
  return { prefix: kind, number, version: flywayVersion(number), separator, rest };
}

/** `1_02` → 1, 2. Flyway takes 1.0 for 1, so zeros at the end go. */
export function flywayVersion(number: string): bigint[] {
  const parts = number.split(/[._]/).map(BigInt);
  while (parts.length > 1 && parts.at(-1) === 0n) parts.pop();
  return parts;
}

function key(name: string): string | undefined {
  return parseFlyway(name)?.version.join('.');
}

function readFlyway(listing: Listing): Reading {
  const options = new Map<string, Partial<FileOptions>>();
  const undos: Part[] = [];
  const parts: Part[] = [];
  const problems: Problem[] = [];
  for (const file of listing.files) {
    const name = file.base.replace(ending, '');
    const kind = isFlyway(file) ? parseFlyway(name)?.prefix : undefined;
    const part = { file, name, engine: null };
    if (file.base.endsWith('.sql.conf')) options.set(file.path.slice(0, -5), optionsOf(file));
    else if (kind === 'V') parts.push({ ...part, direction: 'up' });
    else if (kind === 'U') undos.push({ ...part, direction: 'down' });
    else problems.push(unknownKind(file));
  }
  const names = new Map(parts.map(({ name }) => [key(name), name]));
  const downs = undos.map((undo) => ({ ...undo, name: names.get(key(undo.name)) ?? undo.name }));
  const reading = pair([...parts, ...downs], listing, {
    parse: parseFlyway,
    upName: (name) =>
      `${name.replace(/^U/, 'V')}.sql (refinery, whose U files go up, takes that name as well)`,
    source: ({ file }) => wholeFile(file, 'sql', options.get(file.path)),
  });
  return { ...reading, problems: [...problems, ...reading.problems] };
}

function unknownKind(file: FolderFile): Problem {
  const { base, shown } = file;
  if (base.startsWith('R__'))
    return {
      file: shown,
      what: 'is repeatable: Flyway runs it anew whenever it changes, which jem-db does not do',
      hint: 'Make a numbered migration of what it holds now, and of each later change.',
    };
  if (/^B\d/.test(base))
    return {
      file: shown,
      what: 'is a baseline that stands for all migrations up to its number',
      hint: 'Take it out of the folder; jem-db runs the migrations themselves.',
    };
  if (/^(before|after|create)[A-Z]\w*\.sql$/.test(base))
    return {
      file: shown,
      what: 'is a callback of Flyway, which jem-db does not run',
      hint: 'Make a numbered migration of it, or move it out of the folder.',
    };
  if (/^[a-z].*\.sql$|^[VU]/.test(base) && ending.test(base))
    return {
      file: shown,
      what: 'is not named as the others are',
      hint: 'Name it V, its number, two underscores and a name: V7__add_users.sql.',
    };
  return neither(file);
}

function optionsOf(file: FolderFile): Partial<FileOptions> {
  try {
    const text = readFileSync(file.path, 'utf8');
    return /^\s*executeInTransaction\s*=\s*false\b/m.test(text) ? { noTransaction: true } : {};
  } catch (error) {
    throw cannotRead(file, error);
  }
}
