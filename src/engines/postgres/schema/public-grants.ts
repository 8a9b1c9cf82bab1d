import type { SchemaObject } from '../../schema.ts';
import { type Address, dress, list, setGrants, text } from './statements.ts';

/**
 * As `dress`, for an object of a kind that everyone may use when it is new: functions, types and
 * languages.
 */
export function dressPublic(
  object: SchemaObject,
  address: Address,
  privilege: 'EXECUTE' | 'USAGE',
): string[] {
  const bare = { ...object, attributes: { ...object.attributes, grants: [] } };
  return [
    ...dress(bare, address),
    ...setGrants(
      address,
      [`${privilege} TO PUBLIC`],
      list(object, 'grants'),
      text(object, 'owner'),
    ),
  ];
}
