import { identifier, literal } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { objectId } from './catalog.ts';
import type { Kind } from './kind.ts';
import { qualified, text } from './statements.ts';

/** Extensions; those that every new database has (`plpgsql`) and what belongs to one are left out. */
export const extension: Kind = {
  types: ['extension'],
  sql: () => `
    SELECT ${objectId('pg_extension', 'e.oid')} AS id, 'extension' AS type, NULL AS schema, NULL AS "table", e.extname AS name,
      e.extversion AS version, n.nspname AS "extensionSchema"
    FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
    WHERE e.oid >= 16384`,
  create: (object) => [
    `CREATE EXTENSION IF NOT EXISTS ${qualified(object)} WITH SCHEMA ${home(object)} VERSION ${literal(text(object, 'version') ?? '')}`,
  ],
  drop: (object) => [`DROP EXTENSION ${qualified(object)}`],
  alter: ({ expected, attributes }) => [
    ...(attributes.has('extensionSchema')
      ? [`ALTER EXTENSION ${qualified(expected)} SET SCHEMA ${home(expected)}`]
      : []),
    ...(attributes.has('version')
      ? [
          `ALTER EXTENSION ${qualified(expected)} UPDATE TO ${literal(text(expected, 'version') ?? '')}`,
        ]
      : []),
  ],
  note: ({ attributes }) =>
    attributes.has('version')
      ? 'The server must have that version, and a way there; few extensions have a way back.'
      : null,
};

function home(object: SchemaObject): string {
  return identifier(text(object, 'extensionSchema') ?? 'public');
}
