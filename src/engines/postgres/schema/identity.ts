import type { SchemaObject } from '../../schema.ts';
import type { SchemaIndex } from './kind.ts';
import { list, setComment, setGrants, text } from './statements.ts';

/** Statements for what is granted on the sequence of an identity, and said of it. */
export function dressIdentity(
  expected: SchemaObject,
  actual: SchemaObject,
  { find }: SchemaIndex,
): string[] {
  const name = text(expected, 'identitySequence');
  if (name === null) return [];
  const table = find('table', expected.schema, expected.table ?? '');
  const [comment, there] = [text(expected, 'identityComment'), text(actual, 'identityComment')];
  const address = { word: 'SEQUENCE', name };
  return [
    ...setGrants(
      address,
      list(actual, 'identityGrants'),
      list(expected, 'identityGrants'),
      table ? text(table, 'owner') : null,
    ),
    ...(comment === there ? [] : [setComment(address, comment)]),
  ];
}
