import { basename, dirname, resolve } from 'node:path';
import { JemError } from '../errors.ts';
import { nearMiss } from '../near-miss.ts';
import type { Migration } from './migration.ts';
import { parseName, versionDigits } from './naming.ts';

type Match = (migration: Migration) => boolean;

/**
 * The migration that a user means by `text`: its name, the path of one of its files, its number
 * with or without leading zeros, or the beginning of its name. Throws `migration-not-found`
 * where none or several are meant. Paths start from `cwd`, by default the process's own.
 */
export function findMigration(
  migrations: readonly Migration[],
  text: string,
  cwd = '.',
): Migration {
  const matches: readonly Match[] = [
    ({ name }) => name === text,
    (migration) => pathsOf(migration).some((path) => resolve(cwd, path) === resolve(cwd, text)),
    (migration) => filesOf(migration).some((file) => basename(file) === text),
    (migration) => isNumber(text) && sameNumber(migration, text),
    ({ name }) => text !== '' && name.startsWith(text),
  ];
  for (const match of matches) {
    const [found, ...others] = migrations.filter(match);
    if (found && others.length > 0) throw several(text, [found, ...others]);
    if (found) return found;
  }
  throw none(text, migrations);
}

function filesOf({ up, down }: Migration): string[] {
  return down ? [up.file, down.file] : [up.file];
}

/** The folder of a migration that has one is a path of it too. */
function pathsOf(migration: Migration): string[] {
  const files = filesOf(migration);
  return [...files, ...files.map(dirname).filter((path) => basename(path) === migration.name)];
}

function isNumber(text: string): boolean {
  return /^[Vv]?\d+([-._]\d+)*$/.test(text);
}

function sameNumber({ name, version }: Migration, text: string): boolean {
  const typed = text.replace(/^[Vv]/, '').split(/[._]/).map(versionDigits).join('.');
  const written = versionDigits(parseName(name)?.number ?? '');
  return typed === version.join('.') || versionDigits(text) === written;
}

function several(text: string, found: readonly Migration[]): JemError {
  const names = found.slice(0, 5).map(({ name }) => name);
  const more = found.length > names.length ? ` and ${found.length - names.length} more` : '';
  return new JemError('migration-not-found', `"${text}" could mean ${found.length} migrations`, {
    why: `It stands for ${names.join(', ')}${more}.`,
    hint: 'Write the whole name.',
  });
}

function none(text: string, migrations: readonly Migration[]): JemError {
  const meant = near(text, migrations);
  const question = meant.length > 0 ? ` Did you mean ${meant.join(' or ')}?` : '';
  return new JemError('migration-not-found', `There is no migration "${text}"`, {
    hint: `Write its name, its number or its file.${question} \`jem-db migrate status\` lists them.`,
  });
}

/** Names that hold the text, else the one most like it, its number left out or not. */
function near(text: string, migrations: readonly Migration[]): string[] {
  const names = migrations.map(({ name }) => name);
  const holding = names.filter((name) => name.toLowerCase().includes(text.toLowerCase()));
  if (holding.length > 0) return holding.slice(0, 3);
  const rests = new Map(names.map((name) => [parseName(name)?.rest ?? name, name]));
  const typed = parseName(text)?.rest ?? text;
  const rest = typed === '' ? null : nearMiss(typed, rests.keys());
  const meant = nearMiss(text, names) ?? (rest === null ? undefined : rests.get(rest));
  return meant === undefined ? [] : [meant];
}
