import { commentOf, grantsOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import type { Kind } from './kind.ts';
import { definedBy, definitionOf } from './made-anew.ts';
import { functionName, operatorName, typeName } from './names.ts';
import { dressPublic } from './public-grants.ts';
import { routineAddress, routineName } from './routine.ts';
import type { SchemaObject } from '../../schema.ts';
import { redress, text } from './statements.ts';

const extra = (column: string): string => `CASE WHEN ${column} THEN 'true' END`;

const modify = (column: string, usual: string): string =>
  `CASE WHEN ${column} = '${usual}' THEN NULL WHEN ${column} = 'r' THEN 'READ_ONLY' WHEN ${column} = 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END`;

const size = (column: string): string => `nullif(${column}, 0)`;

// Ordered sets may change what they have gathered; others may not.
const usualModify = `CASE WHEN a.aggkind = 'n' THEN 'r' ELSE 'w' END`;

const definition = definitionOf({
  SFUNC: functionName('a.aggtransfn'),
  STYPE: typeName('a.aggtranstype'),
  SSPACE: size('a.aggtransspace'),
  FINALFUNC: functionName('a.aggfinalfn'),
  FINALFUNC_EXTRA: extra('a.aggfinalextra'),
  FINALFUNC_MODIFY: `CASE WHEN a.aggfinalmodify = ${usualModify} THEN NULL ELSE ${modify('a.aggfinalmodify', ' ')} END`,
  COMBINEFUNC: functionName('a.aggcombinefn'),
  SERIALFUNC: functionName('a.aggserialfn'),
  DESERIALFUNC: functionName('a.aggdeserialfn'),
  INITCOND: 'pg_catalog.quote_literal(a.agginitval)',
  MSFUNC: functionName('a.aggmtransfn'),
  MINVFUNC: functionName('a.aggminvtransfn'),
  MSTYPE: `CASE WHEN a.aggmtranstype <> 0 THEN ${typeName('a.aggmtranstype')} END`,
  MSSPACE: size('a.aggmtransspace'),
  MFINALFUNC: functionName('a.aggmfinalfn'),
  MFINALFUNC_EXTRA: extra('a.aggmfinalextra'),
  MFINALFUNC_MODIFY: `CASE WHEN a.aggmfinalmodify = ${usualModify} THEN NULL ELSE ${modify('a.aggmfinalmodify', ' ')} END`,
  MINITCOND: 'pg_catalog.quote_literal(a.aggminitval)',
  SORTOP: `'OPERATOR(' || pg_catalog.split_part(${operatorName('a.aggsortop')}, '(', 1) || ')'`,
  HYPOTHETICAL: `CASE WHEN a.aggkind = 'h' THEN 'true' END`,
  PARALLEL: `CASE p.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' END`,
});

/** Aggregate functions; `definition` as CREATE AGGREGATE has it. */
export const aggregate: Kind = {
  types: ['aggregate'],
  sql: () => `
    SELECT ${objectId('pg_proc', 'p.oid')} AS id, 'aggregate' AS type, ns.nspname AS schema, NULL AS "table",
      pg_catalog.quote_ident(p.proname) || '(' || pg_catalog.array_to_string(ARRAY(
        SELECT ${typeName('x.type')} FROM pg_catalog.unnest(p.proargtypes::pg_catalog.oid[]) WITH ORDINALITY x(type, n) ORDER BY x.n), ', ') || ')' AS name,
      pg_catalog.pg_get_function_arguments(p.oid) AS arguments, pg_catalog.pg_get_function_result(p.oid) AS returns,
      ${definition} AS definition,
      ${ownerOf('p.proowner')} AS owner, ${grantsOf('p.proacl', 'f', 'p.proowner')} AS grants,
      ${commentOf('pg_proc', 'p.oid')} AS comment
    FROM pg_catalog.pg_aggregate a JOIN pg_catalog.pg_proc p ON p.oid = a.aggfnoid JOIN ns ON ns.oid = p.pronamespace
    WHERE ${notOfExtension('pg_proc', 'p.oid')}`,
  create: (object) => [
    createAggregate(object, 'CREATE'),
    ...dressPublic(object, routineAddress(object), 'EXECUTE'),
  ],
  drop: (object) => [`DROP AGGREGATE ${routineAddress(object).name}`],
  alter: ({ expected, actual, attributes }) =>
    attributes.has('arguments') || attributes.has('returns')
      ? null
      : [
          ...(attributes.has('definition') ? [createAggregate(expected, 'CREATE OR REPLACE')] : []),
          ...redress(expected, actual, attributes, routineAddress(expected)),
        ],
};

function createAggregate(object: SchemaObject, how: 'CREATE' | 'CREATE OR REPLACE'): string {
  const parameters = text(object, 'arguments') ?? '';
  return definedBy(
    `${how} AGGREGATE ${routineName(object)}(${parameters === '' ? '*' : parameters})`,
    object,
  );
}
