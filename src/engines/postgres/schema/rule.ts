import { identifier } from '../quoting.ts';
import { commentOf, notOfExtension, objectId } from './catalog.ts';
import { firingOf, firingWord } from './firing.ts';
import type { Kind } from './kind.ts';
import type { SchemaObject } from '../../schema.ts';
import { relationOf, setComment, text } from './statements.ts';

/** Rewrite rules, without the one that makes a view of a view. */
export const rule: Kind = {
  types: ['rule'],
  sql: () => `
    SELECT ${objectId('pg_rewrite', 'w.oid')} AS id, 'rule' AS type, r.nspname AS schema, r.relname AS "table", w.rulename AS name,
      pg_catalog.rtrim(pg_catalog.pg_get_ruledef(w.oid), ';') AS definition, ${firingOf('w.ev_enabled')} AS enabled,
      ${commentOf('pg_rewrite', 'w.oid')} AS comment
    FROM pg_catalog.pg_rewrite w JOIN rel r ON r.relid = w.ev_class
    WHERE w.rulename <> '_RETURN' AND ${notOfExtension('pg_rewrite', 'w.oid')}`,
  create: (object) => [
    text(object, 'definition') ?? '',
    ...(text(object, 'enabled') === 'origin' ? [] : [setFiring(object)]),
    ...(text(object, 'comment') === null ? [] : [comment(object)]),
  ],
  drop: (object) => [`DROP RULE ${identifier(object.name)} ON ${relationOf(object)}`],
  alter: ({ expected, attributes }) => [
    ...(attributes.has('definition')
      ? [(text(expected, 'definition') ?? '').replace(/^CREATE RULE/, 'CREATE OR REPLACE RULE')]
      : []),
    ...(attributes.has('enabled') ? [setFiring(expected)] : []),
    ...(attributes.has('comment') ? [comment(expected)] : []),
  ],
};

function setFiring(object: SchemaObject): string {
  const word = firingWord(text(object, 'enabled'));
  return `ALTER TABLE ${relationOf(object)} ${word} RULE ${identifier(object.name)}`;
}

function comment(object: SchemaObject): string {
  const name = `${identifier(object.name)} ON ${relationOf(object)}`;
  return setComment({ word: 'RULE', name }, text(object, 'comment'));
}
