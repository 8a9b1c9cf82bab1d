import { identifier, literal } from '../quoting.ts';
import { commentOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import { firingOf, firingWord } from './firing.ts';
import type { Kind } from './kind.ts';
import { functionName } from './names.ts';
import type { SchemaObject } from '../../schema.ts';
import { type Address, dress, list, qualified, redress, text } from './statements.ts';

const address = (object: SchemaObject): Address => ({
  word: 'EVENT TRIGGER',
  name: qualified(object),
});

/** Event triggers; `tags` are empty where it fires for all. */
export const eventTrigger: Kind = {
  types: ['event trigger'],
  sql: () => `
    SELECT ${objectId('pg_event_trigger', 'e.oid')} AS id, 'event trigger' AS type, NULL AS schema, NULL AS "table", e.evtname AS name,
      e.evtevent AS event, ARRAY(SELECT t.tag COLLATE "C" FROM pg_catalog.unnest(e.evttags) t(tag) ORDER BY 1) AS tags,
      ${functionName('e.evtfoid')} AS function, ${firingOf('e.evtenabled')} AS enabled,
      ${ownerOf('e.evtowner')} AS owner, ${commentOf('pg_event_trigger', 'e.oid')} AS comment
    FROM pg_catalog.pg_event_trigger e WHERE ${notOfExtension('pg_event_trigger', 'e.oid')}`,
  // It would fire for all that is made after it.
  create: () => [],
  finish: (object) => [
    [
      `CREATE EVENT TRIGGER ${identifier(object.name)} ON ${identifier(text(object, 'event') ?? '')}`,
      ...(list(object, 'tags').length === 0
        ? []
        : [`WHEN TAG IN (${list(object, 'tags').map(literal).join(', ')})`]),
      `EXECUTE FUNCTION ${text(object, 'function')}()`,
    ].join(' '),
    ...(text(object, 'enabled') === 'origin' ? [] : [setFiring(object)]),
    ...dress(object, address(object)),
  ],
  drop: (object) => [`DROP EVENT TRIGGER ${identifier(object.name)}`],
  alter: ({ expected, actual, attributes }) =>
    ['event', 'tags', 'function'].some((name) => attributes.has(name))
      ? null
      : [
          ...(attributes.has('enabled') ? [setFiring(expected)] : []),
          ...redress(expected, actual, attributes, address(expected)),
        ],
};

function setFiring(object: SchemaObject): string {
  return `ALTER EVENT TRIGGER ${identifier(object.name)} ${firingWord(text(object, 'enabled'))}`;
}
