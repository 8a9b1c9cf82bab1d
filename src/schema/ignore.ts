import type { Schema, SchemaObject } from '../engines/schema.ts';
import { type AttributeGroup, attributeGroups } from './compare.ts';

/** What is not ours: objects by pattern, and whole groups of attributes. */
export interface Ignored {
  readonly groups: readonly AttributeGroup[];
  readonly matches: (object: SchemaObject) => boolean;
  /** Patterns that leave out none of these objects: mistyped, or no longer needed. */
  readonly unused: (objects: readonly SchemaObject[]) => readonly string[];
}

/**
 * Reads patterns of objects that are left out: `audit.*`, `spatial_ref_sys`, `table:app.tmp_*`,
 * `policy:*`; a group of attributes (`privileges`, `comments`, `storage`) leaves those out. `*`
 * stands for any characters. What is left out takes its parts with it.
 */
export function readIgnored(patterns: readonly string[]): Ignored {
  const groups = patterns.filter(isGroup);
  const tests = patterns
    .filter((pattern) => !isGroup(pattern))
    .map((pattern) => ({ pattern, test: testOf(pattern) }));
  return {
    groups,
    matches: (object) => tests.some(({ test }) => test(object)),
    unused: (objects) =>
      tests.filter(({ test }) => !objects.some(test)).map(({ pattern }) => pattern),
  };
}

/** The schema without what is left out of a comparison. */
export function withoutIgnored(schema: Schema, { matches }: Ignored): Schema {
  return { ...schema, objects: schema.objects.filter((object) => !matches(object)) };
}

function isGroup(text: string): text is AttributeGroup {
  return Object.hasOwn(attributeGroups, text);
}

function testOf(pattern: string): (object: SchemaObject) => boolean {
  const [, type = '*', name = ''] = /^(?:([a-z *]+):)?(.*)$/s.exec(pattern) ?? [];
  const typed = wildcard(type);
  const named = wildcard(name);
  return (object) =>
    (typed.test(object.type) || (object.table !== null && typed.test('table'))) &&
    namesOf(object).some((each) => named.test(each));
}

/** What a user may call it by: its own name or its table's, with its schema or without. */
function namesOf({ type, schema, table, name }: SchemaObject): string[] {
  const inSchema = (text: string): string[] =>
    schema === null ? [text] : [`${schema}.${text}`, text];
  if (type === 'schema') return [name, `${name}.`];
  return table === null
    ? inSchema(name)
    : [...inSchema(name), ...inSchema(`${table}.${name}`), ...inSchema(table)];
}

function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, (found) =>
    found === '*' ? '.*' : `\\${found}`,
  );
  return new RegExp(`^${source}$`, 's');
}
