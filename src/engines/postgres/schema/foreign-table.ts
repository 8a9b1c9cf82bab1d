import { identifier } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { commentOf, grantsOf, objectId, ownerOf } from './catalog.ts';

import { changedFdwOptions, fdwOptions } from './fdw-options.ts';
import type { Kind } from './kind.ts';
import { optionsOf } from './options.ts';
import { alterInheritance } from './relation-alter.ts';
import { createRelation } from './relation-create.ts';
import { columnsSql, inheritanceSql } from './relation-sql.ts';
import { type Address, dress, list, qualified, redress, text } from './statements.ts';

const address = (object: SchemaObject): Address => ({
  word: 'FOREIGN TABLE',
  name: qualified(object),
  grantWord: 'TABLE',
});

/** Foreign tables; their columns are of the same kind as a table's. */
export const foreignTable: Kind = {
  types: ['foreign table'],
  sql: () => `
    SELECT ${objectId('pg_class', 'r.relid')} AS id, 'foreign table' AS type, r.nspname AS schema, NULL AS "table", r.relname AS name,
      s.srvname AS server, ${optionsOf('f.ftoptions')} AS options, ${inheritanceSql}, ${columnsSql} AS columns,
      ${ownerOf('r.relowner')} AS owner, ${grantsOf('r.relacl', 'r', 'r.relowner')} AS grants,
      ${commentOf('pg_class', 'r.relid')} AS comment
    FROM rel r JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = r.relid
      JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver`,
  create: (object, context) => [
    [
      createRelation('FOREIGN TABLE', object, context),
      `SERVER ${identifier(text(object, 'server') ?? '')}`,
      ...fdwOptions(list(object, 'options')),
    ].join(' '),
    ...dress(object, address(object)),
  ],
  drop: (object) => [`DROP FOREIGN TABLE ${qualified(object)}`],
  alter: (change, context) => {
    const { expected, actual, attributes } = change;
    if (attributes.has('server')) return null;
    return [
      ...alterInheritance(change, context),
      ...(attributes.has('options')
        ? [
            `ALTER FOREIGN TABLE ${qualified(expected)} ${changedFdwOptions(list(actual, 'options'), list(expected, 'options'))}`,
          ]
        : []),
      ...redress(expected, actual, attributes, address(expected)),
    ];
  },
};
