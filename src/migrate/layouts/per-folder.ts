import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { FileOptions } from '../../sql/options.ts';
import type { FolderFile } from '../listing.ts';
import { parseName } from '../naming.ts';
import type { Layout, Listing, Problem, Reading } from './layout.ts';
import { neither } from './native.ts';
import { type Part, pair } from './pairs.ts';
import { cannotRead, wholeFile } from './sources.ts';

const direction = /^(?<direction>up|down|migration)(?:\.(?<engine>[^.]+))?\.sql$/;
/** Prisma's note of its provider, and what Diesel says of a migration beside its SQL. */
const leaves = /^(migration_lock|metadata)\.toml$/;

/** `0001_users/up.sql` beside `down.sql` (Diesel), or `migration.sql` (Prisma, Drizzle). */
export const perFolder: Layout = {
  name: 'folder',
  title: 'a folder per migration with up.sql or migration.sql (Diesel, Prisma)',
  aliases: ['diesel', 'prisma', 'drizzle-folders'],
  detect: ({ files }) => files.find((file) => file.nested && partOf(file)) ?? null,
  read: readFolders,
  parse: parseName,
  owns: (name, base) => base === name,
  first: { prefix: '', separator: '_' },
  scaffold: (name) => [
    { path: `${name}/up.sql`, text: `-- ${name}: write here what this migration does.\n` },
    { path: `${name}/down.sql`, text: `-- ${name}: write here what takes it back.\n` },
  ],
};

function readFolders(listing: Listing): Reading {
  const parts: Part[] = [];
  const problems: Problem[] = [];
  const options = new Map<string, Partial<FileOptions>>();
  for (const file of listing.files) {
    const part = file.nested ? partOf(file) : null;
    if (part) parts.push(part);
    else if (file.base === 'metadata.toml') options.set(file.folder, dieselOptions(file));
    else if (!leaves.test(file.base)) problems.push(file.nested ? misnamed(file) : neither(file));
  }
  const reading = pair(parts, listing, {
    parse: parseName,
    upName: (name) => `${name}/up.sql`,
    source: ({ file }) => wholeFile(file, 'sql', options.get(file.folder)),
  });
  return { ...reading, problems: [...problems, ...reading.problems] };
}

function partOf(file: FolderFile): Part | null {
  const found = direction.exec(file.base)?.groups;
  if (!found) return null;
  return {
    file,
    name: basename(file.folder),
    direction: found['direction'] === 'down' ? 'down' : 'up',
    engine: found['engine'] ?? null,
  };
}

function misnamed(file: FolderFile): Problem {
  const general = neither(file);
  return file.base.endsWith('.sql')
    ? { ...general, hint: 'In a folder per migration the files are up.sql and down.sql.' }
    : general;
}

function dieselOptions(file: FolderFile): Partial<FileOptions> {
  try {
    const text = readFileSync(file.path, 'utf8');
    return /^\s*run_in_transaction\s*=\s*false\b/m.test(text) ? { noTransaction: true } : {};
  } catch (error) {
    throw cannotRead(file, error);
  }
}
