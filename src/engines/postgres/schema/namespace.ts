import { commentOf, grantsOf, objectId, ownerOf } from './catalog.ts';
import type { Kind } from './kind.ts';
import { type Address, dress, qualified, redress } from './statements.ts';
import type { SchemaObject } from '../../schema.ts';

const address = (object: SchemaObject): Address => ({ word: 'SCHEMA', name: qualified(object) });

/** Schemas (`CREATE SCHEMA`). */
export const namespace: Kind = {
  types: ['schema'],
  sql: () => `
    SELECT ${objectId('pg_namespace', 'n.oid')} AS id, 'schema' AS type, NULL AS schema, NULL AS "table",
      n.nspname AS name, ${ownerOf('n.nspowner')} AS owner, ${grantsOf('n.nspacl', 'n', 'n.nspowner')} AS grants,
      ${commentOf('pg_namespace', 'n.oid')} AS comment
    FROM ns JOIN pg_catalog.pg_namespace n ON n.oid = ns.oid`,
  // `public` is there in every new database.
  create: (object) => [
    `CREATE SCHEMA IF NOT EXISTS ${qualified(object)}`,
    ...dress(object, address(object)),
  ],
  drop: (object) => [`DROP SCHEMA ${qualified(object)}`],
  alter: ({ expected, actual, attributes }) =>
    redress(expected, actual, attributes, address(expected)),
};
