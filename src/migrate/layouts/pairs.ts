import type { FolderFile } from '../listing.ts';
import type { Migration, Source } from '../migration.ts';
import type { NumberedName } from '../naming.ts';
import type { Listing, Problem, Reading } from './layout.ts';

/** A file that holds one direction of a migration, or, as a module, both. */
export interface Part {
  readonly file: FolderFile;
  readonly name: string;
  readonly direction: 'up' | 'down' | 'both';
  /** The word for an engine in its name. */
  readonly engine: string | null;
}

export interface PairRules {
  readonly parse: (name: string) => NumberedName | null;
  /** How a migration's up is called here, for hints. */
  readonly upName: (name: string) => string;
  readonly source: (part: Part) => Source;
}

/**
 * Puts the files of each migration together: this engine's own file before the general one,
 * the other engines' files left out.
 */
export function pair(parts: readonly Part[], listing: Listing, rules: PairRules): Reading {
  const migrations: Migration[] = [];
  const problems: Problem[] = [];
  for (const group of groups(parts).values()) {
    const found = readGroup(group, listing, rules);
    if (isProblem(found)) problems.push(found);
    else if (found) migrations.push(found);
  }
  return { migrations, problems };
}

function groups(parts: readonly Part[]): Map<string, [Part, ...Part[]]> {
  const byName = new Map<string, [Part, ...Part[]]>();
  for (const part of parts) {
    const group = byName.get(part.name);
    if (group) group.push(part);
    else byName.set(part.name, [part]);
  }
  return byName;
}

function readGroup(
  group: readonly [Part, ...Part[]],
  { engine }: Listing,
  rules: PairRules,
): Migration | Problem | null {
  const [{ name, file }] = group;
  const numbered = rules.parse(name);
  if (!numbered) return withoutNumber(file);
  const stray = group.find(({ engine: word }) => word !== null && !isWord(word, engine));
  if (stray) return unknownEngine(stray, engine);
  if (group.every(({ direction }) => direction === 'down'))
    return orphanDown(file, rules.upName(name));
  const up = pick(group, 'up', engine.own);
  const down = pick(group, 'down', engine.own);
  const twice = [up, down].find((found) => found.length > 1);
  if (twice) return sameName(twice);
  if (!up[0]) return null;
  const source = rules.source(up[0]);
  return {
    name,
    version: numbered.version,
    up: source,
    down: down[0] === up[0] ? source : down[0] ? rules.source(down[0]) : null,
  };
}

function pick(group: readonly Part[], direction: 'up' | 'down', own: readonly string[]): Part[] {
  const serving = group.filter((part) => [direction, 'both'].includes(part.direction));
  const special = serving.filter(({ engine }) => engine !== null && own.includes(engine));
  return special.length > 0 ? special : serving.filter(({ engine }) => engine === null);
}

function isWord(word: string, { own, others }: Listing['engine']): boolean {
  return own.includes(word) || others.includes(word);
}

function isProblem(found: Migration | Problem | null): found is Problem {
  return found !== null && 'hint' in found;
}

export function withoutNumber({ shown }: FolderFile): Problem {
  return {
    file: shown,
    what: 'has no number or time in front, so its place in the order is unknown',
    hint: 'Number it (0001_name…), or move it out of the migrations folder.',
  };
}

function unknownEngine({ file, engine: word }: Part, { own, others }: Listing['engine']): Problem {
  return {
    file: file.shown,
    what: `is for "${word}", which is no engine of jem-db`,
    hint: `Engines are ${[...own, ...others].join(', ')}. Files for other databases belong in a folder of their own.`,
  };
}

function orphanDown({ shown }: FolderFile, upName: string): Problem {
  return {
    file: shown,
    what: `is a way down without its way up: there is no ${upName}`,
    hint: 'Bring the up file back, give both the same name, or delete this file.',
  };
}

function sameName([first, second]: readonly Part[]): Problem {
  return {
    file: second?.file.shown ?? '',
    what: `is the same migration as ${first?.file.shown}: both are named ${first?.name}`,
    hint: 'Names are unique over all subfolders: rename one, delete one, or point --migrations to the folder of this database alone.',
  };
}
