import { importsOf, type Import, type Source } from './sources.ts';

/**
 * The floors of the house, from the top; a file may import from floors below its own, and from its
 * own place. What ends in `/` is a folder.
 */
const floors: readonly (readonly string[])[] = [
  ['src/cli.ts'],
  ['src/cli/'],
  ['src/commands/'],
  [
    ...['src/migrate/', 'src/schema/', 'src/health/', 'src/backup/', 'src/restore/', 'src/alerts/'],
    ...[
      'src/roles/',
      'src/storage/',
      'src/wait.ts',
      'src/retry.ts',
      'src/output/',
      'src/settings.ts',
    ],
  ],
  ['src/repository/'],
  ['src/connection.ts'],
  ['src/target.ts'],
  ['src/engines/registry.ts', 'src/engines/wal-registry.ts'],
  ['src/engines/*/'],
  ['src/engines/engine.ts'],
  [
    ...['src/engines/base-backup.ts', 'src/engines/pooling.ts', 'src/engines/tuning.ts'],
    'src/engines/roles.ts',
  ],
  ['src/engines/archiving.ts'],
  ['src/engines/recovering.ts'],
  ['src/engines/backing-up.ts'],
  ['src/engines/migrating.ts'],
  ['src/engines/slow.ts'],
  ['src/engines/schema.ts', 'src/engines/health.ts', 'src/engines/values.ts'],
  ['src/sql/'],
  ['src/temporary-folder.ts', 'src/liveness.ts'],
  [
    'src/version.ts',
    'src/zstd.ts',
    'src/wal-names.ts',
    'src/setting-specs.ts',
    'src/errors.ts',
    'src/near-miss.ts',
    'src/duration.ts',
    'src/deadline.ts',
  ],
  ['src/secrets.ts'],
];

/** Who may import a library; `only` where it must be a single file. */
export const owners: Readonly<
  Record<string, { readonly places: readonly string[]; readonly only?: 'one file' }>
> = {
  commander: { places: ['src/cli.ts', 'src/commands/'] },
  chalk: { places: ['src/output/'] },
  ora: { places: ['src/output/'] },
  umzug: { places: ['src/migrate/'], only: 'one file' },
  pg: { places: ['src/engines/postgres/'] },
  'pg-connection-string': { places: ['src/engines/postgres/'] },
  'better-sqlite3': { places: ['src/engines/sqlite/'] },
  diff: { places: ['src/migrate/'], only: 'one file' },
  'libpg-query': { places: ['src/migrate/lint/'] },
  jiti: { places: ['src/migrate/'], only: 'one file' },
  execa: { places: ['src/engines/postgres/'], only: 'one file' },
};

interface Place {
  /** Number of the floor; 0 is the top. */
  readonly floor: number;
  /** Files of one place may import each other. */
  readonly name: string;
}

function placeOf(path: string): Place | null {
  const engine = /^src\/engines\/[^/]+\//.exec(path)?.[0];
  const entry = engine ? 'src/engines/*/' : floors.flat().find((one) => isIn(path, one));
  if (entry === undefined) return null;
  return { floor: floors.findIndex((floor) => floor.includes(entry)), name: engine ?? entry };
}

function isIn(path: string, place: string): boolean {
  return place.endsWith('/') ? path.startsWith(place) : path === place;
}

/** Imports that go up or sideways, and files that stand on no floor. */
export function wrongWayImports(sources: readonly Source[]): string[] {
  const homeless = sources
    .filter((source) => placeOf(source.path) === null)
    .map((source) => `${source.path}:1 stands on no floor; give it one in test/house/rules.ts`);
  return [...homeless, ...sources.flatMap(importsOf).flatMap(wrongWay)];
}

function wrongWay(one: Import): string[] {
  const from = placeOf(one.from);
  const to = placeOf(one.what);
  if (from === null || to === null || from.name === to.name) return [];
  const at = `${one.from}:${one.line} imports ${one.what}`;
  if (to.name.startsWith('src/engines/') && to.name.endsWith('/')) {
    const isRegistry = /^src\/engines\/(wal-)?registry\.ts$/.test(one.from);
    return isRegistry ? [] : [`${at}: an engine is reached through the registry alone`];
  }
  return from.floor < to.floor ? [] : [`${at}: imports go down only`];
}

/** Libraries imported outside their owner, or without one. */
export function strayLibraries(sources: readonly Source[]): string[] {
  const imports = sources.flatMap(importsOf);
  const stray = imports.flatMap(({ from, line, library }) => {
    if (library === null) return [];
    const places = owners[library]?.places;
    const at = `${from}:${line} imports ${library}`;
    if (!places) return [`${at}: no owner; name one in test/house/rules.ts`];
    if (places.some((place) => isIn(from, place))) return [];
    return [`${at}: belongs to ${places.join(', ')}`];
  });
  return [...stray, ...librariesInTwoFiles(imports)];
}

function librariesInTwoFiles(imports: readonly Import[]): string[] {
  return Object.entries(owners).flatMap(([name, owner]) => {
    if (owner.only === undefined) return [];
    const [first, ...others] = imports.filter((one) => one.library === name);
    return others
      .filter((one) => one.from !== first?.from)
      .map((one) => `${one.from}:${one.line} imports ${name}: ${first?.from} does already`);
  });
}

/** Names of engines outside `src/engines`; ask what an engine supports instead. */
export function engineNames(sources: readonly Source[], names: readonly string[]): string[] {
  const pattern = new RegExp(`(['"\`])(${names.join('|')})\\1`);
  const outside = sources.filter((source) => !source.path.startsWith('src/engines/'));
  return findings(outside, pattern, 'names an engine');
}

/** The process's state used below `src/cli.ts` and its own folder. */
export function processUses(sources: readonly Source[]): string[] {
  const pattern =
    /\bprocess\.(env|exit|exitCode|abort|on|once|off|argv|cwd|chdir|std(in|out|err))\b|'node:process'/;
  const below = sources.filter(({ path }) => path !== 'src/cli.ts' && !isIn(path, 'src/cli/'));
  return findings(below, pattern, 'uses the process, which is for src/cli.ts');
}

/** What does I/O in `src/sql` and the modules at the bottom of the house. */
export function impureLeaves(sources: readonly Source[]): string[] {
  const pure = sources.filter(
    ({ path }) => path.startsWith('src/sql/') || floors.slice(-2).flat().includes(path),
  );
  return pure
    .flatMap(importsOf)
    .filter((one) => /^node:(fs|net|tls|http|child_process|readline|os|worker)/.test(one.what))
    .map((one) => `${one.from}:${one.line} imports ${one.what}: this module is pure`);
}

/** Files that hand on all that others export. */
export function barrels(sources: readonly Source[]): string[] {
  const indexes = sources
    .filter((source) => source.path.endsWith('/index.ts'))
    .map((source) => `${source.path}:1 is called index: name its one reason`);
  return [...indexes, ...findings(sources, /^export (type )?\*/, 'hands on all exports')];
}

function findings(sources: readonly Source[], pattern: RegExp, what: string): string[] {
  return sources.flatMap((source) =>
    source.lines
      .filter((line) => pattern.test(line.text))
      .map((line) => `${source.path}:${line.number} ${what}: ${line.text.trim()}`),
  );
}
