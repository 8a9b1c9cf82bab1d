import { commentOf, grantsOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import { alterOptions, createOptions, foreignOptions, hiddenNote } from './foreign-options.ts';
import type { Kind } from './kind.ts';
import { functionName } from './names.ts';
import type { SchemaObject } from '../../schema.ts';
import { type Address, dress, qualified, redress, text } from './statements.ts';

const address = (object: SchemaObject): Address => ({
  word: 'FOREIGN DATA WRAPPER',
  name: qualified(object),
});

/** Foreign data wrappers that no extension brought. */
export const foreignDataWrapper: Kind = {
  types: ['foreign data wrapper'],
  sql: () => `
    SELECT ${objectId('pg_foreign_data_wrapper', 'f.oid')} AS id, 'foreign data wrapper' AS type, NULL AS schema, NULL AS "table", f.fdwname AS name,
      ${functionName('f.fdwhandler')} AS handler, ${functionName('f.fdwvalidator')} AS validator, ${foreignOptions('f.fdwoptions')} AS options,
      ${ownerOf('f.fdwowner')} AS owner, ${grantsOf('f.fdwacl', 'F', 'f.fdwowner')} AS grants,
      ${commentOf('pg_foreign_data_wrapper', 'f.oid')} AS comment
    FROM pg_catalog.pg_foreign_data_wrapper f WHERE ${notOfExtension('pg_foreign_data_wrapper', 'f.oid')}`,
  create: (object) => [
    `CREATE ${named(object)}${functions(object)}${createOptions(object)}`,
    ...dress(object, address(object)),
  ],
  createNote: hiddenNote,
  note: ({ expected, attributes }) => (attributes.has('options') ? hiddenNote(expected) : null),
  drop: (object) => [`DROP ${named(object)}`],
  alter: ({ expected, actual, attributes }) => {
    const called = attributes.has('handler') || attributes.has('validator');
    const changed = `${called ? functions(expected) : ''}${alterOptions(expected, actual)}`;
    return [
      ...(changed === '' ? [] : [`ALTER ${named(expected)}${changed}`]),
      ...redress(expected, actual, attributes, address(expected)),
    ];
  },
};

function named(object: SchemaObject): string {
  return `FOREIGN DATA WRAPPER ${qualified(object)}`;
}

function functions(object: SchemaObject): string {
  return ['handler', 'validator']
    .map((name) => {
      const value = text(object, name);
      return value === null ? ` NO ${name.toUpperCase()}` : ` ${name.toUpperCase()} ${value}`;
    })
    .join('');
}
