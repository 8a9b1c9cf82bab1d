import { identifier } from '../quoting.ts';
import { commentOf, notOfExtension, objectId } from './catalog.ts';
import { firingOf, firingWord } from './firing.ts';
import type { Kind } from './kind.ts';
import type { SchemaObject } from '../../schema.ts';
import { relationOf, setComment, text } from './statements.ts';

/** Triggers that a user made; their clones on partitions belong to them. */
export const trigger: Kind = {
  types: ['trigger'],
  sql: () => `
    SELECT ${objectId('pg_trigger', 't.oid')} AS id, 'trigger' AS type, r.nspname AS schema, r.relname AS "table", t.tgname AS name,
      pg_catalog.pg_get_triggerdef(t.oid) AS definition, ${firingOf('t.tgenabled')} AS enabled,
      ${commentOf('pg_trigger', 't.oid')} AS comment
    FROM pg_catalog.pg_trigger t JOIN rel r ON r.relid = t.tgrelid
    WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND ${notOfExtension('pg_trigger', 't.oid')}`,
  create: (object) => [
    text(object, 'definition') ?? '',
    ...(text(object, 'enabled') === 'origin' ? [] : [setFiring(object)]),
    ...(text(object, 'comment') === null ? [] : [comment(object)]),
  ],
  drop: (object) => [`DROP TRIGGER ${identifier(object.name)} ON ${relationOf(object)}`],
  alter: ({ expected, attributes }) =>
    attributes.has('definition')
      ? null
      : [
          ...(attributes.has('enabled') ? [setFiring(expected)] : []),
          ...(attributes.has('comment') ? [comment(expected)] : []),
        ],
};

function setFiring(object: SchemaObject): string {
  const word = firingWord(text(object, 'enabled'));
  return `ALTER TABLE ${relationOf(object)} ${word} TRIGGER ${identifier(object.name)}`;
}

function comment(object: SchemaObject): string {
  const name = `${identifier(object.name)} ON ${relationOf(object)}`;
  return setComment({ word: 'TRIGGER', name }, text(object, 'comment'));
}
