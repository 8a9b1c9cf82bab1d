import { commentOf, grantsOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import type { Kind } from './kind.ts';
import { functionName } from './names.ts';
import { dressPublic } from './public-grants.ts';
import type { SchemaObject } from '../../schema.ts';
import { type Address, flag, onlyDress, qualified, redress, text } from './statements.ts';

const address = (object: SchemaObject): Address => ({ word: 'LANGUAGE', name: qualified(object) });

/** Procedural languages that no extension brought. */
export const language: Kind = {
  types: ['language'],
  sql: () => `
    SELECT ${objectId('pg_language', 'l.oid')} AS id, 'language' AS type, NULL AS schema, NULL AS "table", l.lanname AS name,
      l.lanpltrusted AS trusted, ${functionName('l.lanplcallfoid')} AS handler, ${functionName('l.laninline')} AS inline,
      ${functionName('l.lanvalidator')} AS validator,
      ${ownerOf('l.lanowner')} AS owner, ${grantsOf('l.lanacl', 'l', 'l.lanowner')} AS grants,
      ${commentOf('pg_language', 'l.oid')} AS comment
    FROM pg_catalog.pg_language l WHERE l.lanispl AND ${notOfExtension('pg_language', 'l.oid')}`,
  create: (object) => [
    [
      `CREATE ${flag(object, 'trusted') ? 'TRUSTED ' : ''}LANGUAGE ${qualified(object)}`,
      ...['handler', 'inline', 'validator'].flatMap((name) => {
        const value = text(object, name);
        return value === null ? [] : [`${name.toUpperCase()} ${value}`];
      }),
    ].join(' '),
    ...dressPublic(object, address(object), 'USAGE'),
  ],
  drop: (object) => [`DROP LANGUAGE ${qualified(object)}`],
  alter: ({ expected, actual, attributes }) =>
    onlyDress(attributes) ? redress(expected, actual, attributes, address(expected)) : null,
};
