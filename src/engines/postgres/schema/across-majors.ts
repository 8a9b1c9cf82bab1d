import type { Schema, SchemaObject, SchemaValue } from '../../schema.ts';
import { entriesOf, entryOf } from './entries.ts';
import { list } from './statements.ts';

/**
 * Two schemas of different major versions without what only the version makes different, so that
 * the same migrations give the same on both. Schemas of one major stay as they are.
 */
export function alikeAcrossMajors(
  expected: Schema,
  actual: Schema,
): readonly [expected: Schema, actual: Schema] {
  const [a, b] = [majorOf(expected), majorOf(actual)];
  if (a === b) return [expected, actual];
  const common = { oldest: Math.min(a, b), newest: Math.max(a, b) };
  return [inCommon(expected, common), inCommon(actual, common)];
}

interface Majors {
  readonly oldest: number;
  readonly newest: number;
}

function majorOf({ serverVersion }: Schema): number {
  return Number.parseInt(serverVersion, 10);
}

function inCommon(schema: Schema, majors: Majors): Schema {
  return { ...schema, objects: schema.objects.map((object) => plain(object, majors)) };
}

function plain(object: SchemaObject, majors: Majors): SchemaObject {
  const { oldest, newest } = majors;
  const { type, name, attributes } = object;
  const changed = (changes: Record<string, SchemaValue>): SchemaObject => ({
    ...object,
    attributes: { ...attributes, ...changes },
  });
  // Each major brings its own default version of an extension.
  if (type === 'extension') return changed({ version: null });
  // From 15 on it belongs to pg_database_owner, and not everybody may create in it.
  if (type === 'schema' && name === 'public' && oldest < 15)
    return changed({ owner: null, grants: [] });
  // From 17 on the NOT NULL of a domain has a name that a comment can stand at.
  if (type === 'domain' && oldest < 17 && newest >= 17)
    return changed({ constraintComments: commentsOfChecks(object) });
  if (type === 'subscription') return changed(unknownParameters(majors));
  const { definition } = attributes;
  // From 16 on columns are printed without their table where there is only one.
  if (oldest < 16 && newest >= 16 && isQuery(type) && typeof definition === 'string')
    return changed({ definition: withoutQualifiers(definition) });
  return object;
}

function commentsOfChecks(domain: SchemaObject): readonly string[] {
  const checks = new Set(entriesOf(list(domain, 'constraints')).map(({ name }) => name));
  return list(domain, 'constraintComments').filter((text) => checks.has(entryOf(text).name));
}

/** What an older version has no parameter for; without one, 18 streams where others do not. */
function unknownParameters({ oldest, newest }: Majors): Record<string, null> {
  return {
    ...(oldest < 15 ? { twoPhase: null, disableOnError: null } : {}),
    ...(oldest < 16 ? { passwordRequired: null, runAsOwner: null, origin: null } : {}),
    ...(oldest < 17 ? { failover: null } : {}),
    ...(oldest < 18 && newest >= 18 ? { streaming: null } : {}),
  };
}

function isQuery(type: string): boolean {
  return type === 'view' || type === 'materialized view' || type === 'rule';
}

const name = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`;
const token = new RegExp(String.raw`'(?:[^']|'')*'|${name}(?:\s*\.\s*${name})*`, 'g');

/** Names without what stands before their last dot; strings stay as they are. */
function withoutQualifiers(sql: string): string {
  return sql
    .replace(token, (found) =>
      found.startsWith("'") ? found : (found.match(new RegExp(`${name}$`))?.[0] ?? found),
    )
    .replace(/[\s()]+/g, ' ');
}
