import { identifier, literal } from '../quoting.ts';
import { commentOf, grantsOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import { alterOptions, createOptions, foreignOptions, hiddenNote } from './foreign-options.ts';
import type { Kind } from './kind.ts';
import type { SchemaObject } from '../../schema.ts';
import { type Address, dress, qualified, redress, text } from './statements.ts';

const address = (object: SchemaObject): Address => ({
  word: 'SERVER',
  name: qualified(object),
  grantWord: 'FOREIGN SERVER',
});

/** Servers of foreign tables. */
export const foreignServer: Kind = {
  types: ['foreign server'],
  sql: () => `
    SELECT ${objectId('pg_foreign_server', 's.oid')} AS id, 'foreign server' AS type, NULL AS schema, NULL AS "table", s.srvname AS name,
      f.fdwname AS wrapper, s.srvtype AS "serverType", s.srvversion AS version, ${foreignOptions('s.srvoptions')} AS options,
      ${ownerOf('s.srvowner')} AS owner, ${grantsOf('s.srvacl', 'S', 's.srvowner')} AS grants,
      ${commentOf('pg_foreign_server', 's.oid')} AS comment
    FROM pg_catalog.pg_foreign_server s JOIN pg_catalog.pg_foreign_data_wrapper f ON f.oid = s.srvfdw
    WHERE ${notOfExtension('pg_foreign_server', 's.oid')}`,
  create: (object) => [
    [
      `CREATE SERVER ${qualified(object)}`,
      optional(' TYPE ', text(object, 'serverType')),
      optional(' VERSION ', text(object, 'version')),
      ` FOREIGN DATA WRAPPER ${identifier(text(object, 'wrapper') ?? '')}`,
      createOptions(object),
    ].join(''),
    ...dress(object, address(object)),
  ],
  createNote: hiddenNote,
  note: ({ expected, attributes }) => (attributes.has('options') ? hiddenNote(expected) : null),
  drop: (object) => [`DROP SERVER ${qualified(object)}`],
  alter: ({ expected, actual, attributes }) => {
    if (attributes.has('wrapper') || attributes.has('serverType')) return null;
    const version = text(expected, 'version');
    const changed = [
      attributes.has('version') ? ` VERSION ${version === null ? 'NULL' : literal(version)}` : '',
      alterOptions(expected, actual),
    ].join('');
    return [
      ...(changed === '' ? [] : [`ALTER SERVER ${qualified(expected)}${changed}`]),
      ...redress(expected, actual, attributes, address(expected)),
    ];
  },
};

function optional(word: string, value: string | null): string {
  return value === null ? '' : `${word}${literal(value)}`;
}
