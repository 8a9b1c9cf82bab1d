import type { SchemaObject } from '../../schema.ts';
import { isOfBaseType } from './base-type-functions.ts';
import { commentOf, grantsOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import { alterFunction, createFunction } from './function-statements.ts';
import { dropDefaults, setDefaults } from './function-defaults.ts';
import type { Kind } from './kind.ts';
import { functionName, typeName } from './names.ts';
import { dressPublic } from './public-grants.ts';
import { routineAddress } from './routine.ts';
import { redress } from './statements.ts';

const arguments_ = `ARRAY(
  SELECT pg_catalog.concat_ws(' ',
    CASE a.mode WHEN 'o' THEN 'OUT' WHEN 'b' THEN 'INOUT' WHEN 'v' THEN 'VARIADIC' END,
    pg_catalog.quote_ident(nullif(a.name, '')), ${typeName('a.type')})
  FROM ROWS FROM (
    pg_catalog.unnest(coalesce(p.proallargtypes, p.proargtypes::pg_catalog.oid[])),
    pg_catalog.unnest(p.proargmodes), pg_catalog.unnest(p.proargnames)
  ) WITH ORDINALITY a(type, mode, name, n)
  WHERE a.mode IS DISTINCT FROM 't' ORDER BY a.n)`;

const defaults = `CASE WHEN p.pronargdefaults = 0 THEN '{}'::text[] ELSE ARRAY(
  SELECT n || ': ' || pg_catalog.pg_get_function_arg_default(p.oid, n)
  FROM pg_catalog.generate_series(1, pg_catalog.cardinality(coalesce(p.proallargtypes, p.proargtypes::pg_catalog.oid[]))) n
  WHERE pg_catalog.pg_get_function_arg_default(p.oid, n) IS NOT NULL ORDER BY n) END`;

/**
 * Functions, procedures and window functions. The name holds the types of the input arguments,
 * which are all that tells overloaded ones apart.
 */
export const routine: Kind = {
  types: ['function', 'procedure', 'window function'],
  sql: () => `
    SELECT ${objectId('pg_proc', 'p.oid')} AS id,
      CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'w' THEN 'window function' ELSE 'function' END AS type,
      ns.nspname AS schema, NULL AS "table",
      pg_catalog.quote_ident(p.proname) || '(' || pg_catalog.array_to_string(ARRAY(
        SELECT ${typeName('a.type')} FROM pg_catalog.unnest(p.proargtypes::pg_catalog.oid[]) WITH ORDINALITY a(type, n) ORDER BY a.n), ', ') || ')' AS name,
      ${arguments_} AS arguments, ${defaults} AS defaults,
      pg_catalog.pg_get_function_result(p.oid) AS returns, l.lanname AS language,
      coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) AS body, p.probin AS library,
      CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END AS volatility,
      p.proisstrict AS strict, p.prosecdef AS "securityDefiner", p.proleakproof AS leakproof,
      CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END AS parallel,
      p.procost::text AS cost, p.prorows::text AS rows, ${functionName('p.prosupport')} AS support,
      ARRAY(SELECT ${typeName('t.type')} COLLATE "C" FROM pg_catalog.unnest(p.protrftypes) t(type) ORDER BY 1) AS transforms,
      ARRAY(SELECT s.setting COLLATE "C" FROM pg_catalog.unnest(p.proconfig) s(setting) ORDER BY 1) AS settings,
      ${ownerOf('p.proowner')} AS owner, ${grantsOf('p.proacl', 'f', 'p.proowner')} AS grants,
      ${commentOf('pg_proc', 'p.oid')} AS comment
    FROM pg_catalog.pg_proc p JOIN ns ON ns.oid = p.pronamespace
      JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE p.prokind <> 'a' AND ${notOfExtension('pg_proc', 'p.oid')}
      -- A range type's constructors are its own.
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'i')`,
  create: (object, context) => [
    createFunction(object, 'CREATE'),
    ...dressPublic(object, routineAddress(object), 'EXECUTE'),
    ...setDefaults(object, context),
  ],
  drop: (object, context) =>
    isOfBaseType(object, context.actual)
      ? []
      : [...dropDefaults(object, context), dropRoutine(object)],
  alter: ({ expected, actual, attributes }) => {
    const altered = alterFunction(expected, actual, attributes);
    const dressed = redress(expected, actual, attributes, routineAddress(expected));
    return altered && [...altered, ...dressed];
  },
};

function dropRoutine(object: SchemaObject): string {
  const { word, name } = routineAddress(object);
  return `DROP ${word} ${name}`;
}
