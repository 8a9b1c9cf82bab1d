import type { Engine, Environment, Target } from './engines/engine.ts';
import { registry } from './engines/registry.ts';
import { JemError } from './errors.ts';
import { didYouMean } from './near-miss.ts';

/**
 * Reads a connection text with the engine it names: by its scheme, else by its looks. Throws
 * `unsupported-scheme`, or `bad-database-url`; neither repeats more of the text than the scheme.
 */
export async function parseTarget(text: string, environment: Environment): Promise<Target> {
  const engine = await engineOfText(text);
  return engine.parse(text, environment);
}

/** The engine that reads a connection text. Throws as `parseTarget`, but for what only it reads. */
export async function engineOfText(text: string): Promise<Engine> {
  return lineFor(text).load();
}

/** The engine called `name`, as `Engine.name` has it. Throws `unsupported-scheme`. */
export async function engineNamed(name: string): Promise<Engine> {
  const line = registry.find(({ schemes }) => schemes.includes(name));
  if (!line) throw unsupported(name);
  return line.load();
}

/** Every engine there is. */
export function everyEngine(): Promise<Engine[]> {
  return Promise.all(registry.map(({ load }) => load()));
}

type RegistryLine = (typeof registry)[number];

/** Schemes are written in lower case; a single letter is a drive (`C:\x.db`). */
const schemePattern = /^([A-Za-z][A-Za-z0-9.-]+)(\+[\w.-]*)?:(\/\/|[a-z]+:\/\/)?/;

function lineFor(text: string): RegistryLine {
  const [, scheme, driver, slashes] = schemePattern.exec(text) ?? [];
  const named = registry.find(({ schemes }) => scheme !== undefined && schemes.includes(scheme));
  if (named) return named;
  if (scheme !== undefined && (slashes || driver || isDatabaseScheme(scheme)))
    throw unsupported(scheme);
  const claimed = registry.find(({ claims }) => claims(text));
  if (!claimed) throw new JemError('internal', 'No engine claims texts without a scheme');
  if (claimed === registry.at(-1)) {
    refuseHiddenLogin(text);
    refuseNoFile(text);
  }
  return claimed;
}

/** Schemes that would be odd names of files, also without slashes. */
const isDatabaseScheme = (scheme: string): boolean =>
  /^(mysql|mariadb|mssql|sqlserver|oracle|mongodb|redis|jdbc|cockroachdb|duckdb)$/i.test(scheme);

const schemes = registry.flatMap((line) => line.schemes);

function unsupported(scheme: string): JemError {
  const known = schemes.map((name) => `${name}:`).join(', ');
  const titles = registry.map(({ title }) => title).join(' or ');
  return new JemError('unsupported-scheme', `Unsupported database scheme "${scheme}"`, {
    why: `Supported are ${known}, and plain paths.${didYouMean(scheme, schemes)}`,
    hint: `Name a database of ${titles}.`,
  });
}

/** A URL behind a blank, a quote or a word, or one that lost its scheme, would show its password. */
function refuseHiddenLogin(text: string): void {
  const hidden = /[A-Za-z][\w.+-]*:\/\//.test(text);
  const login = /:.*@|@.*:/s.test(text) && !/^(\.{0,2}\/(?!\/)|[A-Za-z]:[\\/])/.test(text);
  if (!hidden && !login) return;
  const title = hidden
    ? 'The database URL has something before its scheme'
    : 'The database URL has no scheme';
  throw new JemError('bad-database-url', title, {
    why: hidden
      ? 'A blank, a quote or another word stands before it.'
      : 'The text looks like user:password@host; without a scheme it would be the name of a file.',
    hint: `Start it with ${schemes[0]}://, or with ./ where a file really is meant.`,
  });
}

/** `localhost:5432/app` and `$DATABASE_URL` would be odd names of files, and quietly made. */
function refuseNoFile(text: string): void {
  const host = /^[\w.-]+:\d+(\/|$)/.test(text);
  const variable = /^\$\{?\w+\}?$/.test(text);
  if (!host && !variable) return;
  throw new JemError(
    'bad-database-url',
    host
      ? 'The database URL has no scheme'
      : 'The database URL is a variable that was not filled in',
    {
      why: host
        ? 'The text looks like a host and a port; without a scheme it would be the name of a file.'
        : 'It stands between single quotes, or nothing expands variables where it is written.',
      hint: `Start it with ${schemes[0]}://, or with ./ where a file really is meant.`,
    },
  );
}
