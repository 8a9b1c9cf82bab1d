import { keyOf, type Schema } from '../../schema.ts';
import { alikeAcrossMajors } from './across-majors.ts';

/**
 * Two schemas without what only their major versions make different, or the rights of who read
 * them: the options of a user mapping that one of the two could not see.
 */
export function alikeSchemas(
  expected: Schema,
  actual: Schema,
): readonly [expected: Schema, actual: Schema] {
  const [left, right] = alikeAcrossMajors(expected, actual);
  const unread = new Set([left, right].flatMap(unreadIn));
  return unread.size === 0 ? [left, right] : [without(left, unread), without(right, unread)];
}

function unreadIn({ objects }: Schema): string[] {
  return objects
    .filter(({ type, attributes }) => type === 'user mapping' && attributes['options'] === null)
    .map(keyOf);
}

function without(schema: Schema, unread: ReadonlySet<string>): Schema {
  return {
    ...schema,
    objects: schema.objects.map((object) =>
      unread.has(keyOf(object))
        ? { ...object, attributes: { ...object.attributes, options: null } }
        : object,
    ),
  };
}
