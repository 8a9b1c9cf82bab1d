import type { SchemaObject } from '../../schema.ts';
import { literal } from '../quoting.ts';
import { entriesOf, entriesWithout, type Entry, entryOf, namesWithout } from './entries.ts';
import { list, qualified } from './statements.ts';

/** The checks of a domain that CREATE DOMAIN can say. */
export function createdChecks(domain: SchemaObject): string[] {
  const checks = list(domain, 'constraints').map(entryOf);
  return checks.filter((entry) => !isNotValid(entry)).map(clause);
}

/** Statements for the checks that are not valid. */
export function laterChecks(domain: SchemaObject): string[] {
  const checks = list(domain, 'constraints').map(entryOf);
  return checks.filter(isNotValid).map((entry) => `${alter(domain)} ADD ${clause(entry)}`);
}

/** `NOT NULL`, with its name where that is known: from 17 on it has one, and may have a comment. */
export function notNull(domain: SchemaObject): string {
  const checks = entriesOf(list(domain, 'constraints'));
  const [name] = namesWithout(entriesOf(list(domain, 'constraintComments')), checks);
  return name === undefined ? 'NOT NULL' : `CONSTRAINT ${name} NOT NULL`;
}

/** Statements that lead from one domain's NOT NULL to another's. */
export function alterNotNull(domain: SchemaObject, isSet: boolean): string {
  if (!isSet) return `${alter(domain)} DROP NOT NULL`;
  const words = notNull(domain);
  return `${alter(domain)} ${words === 'NOT NULL' ? `SET ${words}` : `ADD ${words}`}`;
}

/** Statements that lead from one domain's checks, and what is said of them, to another's. */
export function alterConstraints(expected: SchemaObject, actual: SchemaObject): string[] {
  const there = list(actual, 'constraints');
  const [to, from] = [entriesOf(list(expected, 'constraints')), entriesOf(there)];
  const validated = entriesWithout(to, from).filter(({ name, value }) =>
    there.includes(`${name}: ${value} NOT VALID`),
  );
  const kept = new Set(validated.map(({ name }) => name));
  const others = (entries: readonly Entry[]): readonly Entry[] =>
    entries.filter(({ name }) => !kept.has(name));
  const dropped = others(entriesWithout(from, to));
  const gone = new Set(dropped.map(({ name }) => name));
  return [
    ...validated.map(({ name }) => `${alter(expected)} VALIDATE CONSTRAINT ${name}`),
    ...dropped.map(({ name }) => `${alter(expected)} DROP CONSTRAINT ${name}`),
    ...others(entriesWithout(to, from)).map((entry) => `${alter(expected)} ADD ${clause(entry)}`),
    ...commentConstraints(
      expected,
      // What is said of a check goes with it.
      list(actual, 'constraintComments').filter((comment) => !gone.has(entryOf(comment).name)),
    ),
  ];
}

/** `COMMENT ON CONSTRAINT` for `constraintComments`; `there` are those that are there already. */
export function commentConstraints(domain: SchemaObject, there: readonly string[]): string[] {
  const [from, to] = [entriesOf(there), entriesOf(list(domain, 'constraintComments'))];
  const comment = (name: string, value: string): string =>
    `COMMENT ON CONSTRAINT ${name} ON DOMAIN ${qualified(domain)} IS ${value}`;
  return [
    ...namesWithout(from, to).map((name) => comment(name, 'NULL')),
    ...entriesWithout(to, from).map(({ name, value }) => comment(name, literal(value))),
  ];
}

function alter(domain: SchemaObject): string {
  return `ALTER DOMAIN ${qualified(domain)}`;
}

function isNotValid({ value }: Entry): boolean {
  return value.endsWith(' NOT VALID');
}

function clause({ name, value }: Entry): string {
  return `CONSTRAINT ${name} ${value}`;
}
