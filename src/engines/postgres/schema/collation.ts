import { literal } from '../quoting.ts';
import { commentOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import type { Kind } from './kind.ts';
import type { SchemaObject } from '../../schema.ts';
import { type Address, dress, flag, onlyDress, qualified, redress, text } from './statements.ts';
import { makesRoom, swapCollation } from './swap-type.ts';

const address = (object: SchemaObject): Address => ({ word: 'COLLATION', name: qualified(object) });

/** The column that holds the locale of ICU has had three names. */
function localeColumn(major: number): string {
  if (major >= 17) return 'c.colllocale';
  return major >= 15
    ? 'c.colliculocale'
    : `CASE WHEN c.collprovider = 'i' THEN c.collcollate::text END`;
}

/** Collations; the version of the operating system's rules is no part of them. */
export const collation: Kind = {
  types: ['collation'],
  sql: (major) => `
    SELECT ${objectId('pg_collation', 'c.oid')} AS id, 'collation' AS type, ns.nspname AS schema, NULL AS "table", c.collname AS name,
      CASE c.collprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'default' END AS provider,
      ${localeColumn(major)}::text AS locale,
      CASE WHEN c.collprovider = 'c' THEN c.collcollate::text END AS "lcCollate",
      CASE WHEN c.collprovider = 'c' THEN c.collctype::text END AS "lcCtype",
      ${major >= 16 ? 'c.collicurules' : 'NULL::text'} AS rules, c.collisdeterministic AS deterministic,
      ${ownerOf('c.collowner')} AS owner, ${commentOf('pg_collation', 'c.oid')} AS comment
    FROM pg_catalog.pg_collation c JOIN ns ON ns.oid = c.collnamespace
    WHERE c.collencoding IN (-1, pg_catalog.pg_char_to_encoding(pg_catalog.getdatabaseencoding()))
      AND ${notOfExtension('pg_collation', 'c.oid')}`,
  create: (object) => [createCollation(object), ...dress(object, address(object))],
  drop: (object) => [`DROP COLLATION ${qualified(object)}`],
  alter: ({ expected, actual, attributes }) =>
    onlyDress(attributes)
      ? redress(expected, actual, attributes, address(expected))
      : [
          swapCollation(expected, [createCollation(expected)]),
          ...dress(expected, address(expected)),
        ],
  displaces: (dependent, { attributes }) => !onlyDress(attributes) && makesRoom(dependent),
  note: ({ attributes }) =>
    onlyDress(attributes)
      ? null
      : 'The collation is made anew, and indexes on its columns are built again.',
};

function createCollation(object: SchemaObject): string {
  const texts = { LOCALE: 'locale', LC_COLLATE: 'lcCollate', LC_CTYPE: 'lcCtype', RULES: 'rules' };
  const parts = Object.entries(texts).flatMap(([clause, name]) => {
    const value = text(object, name);
    return value === null ? [] : [`${clause} = ${literal(value)}`];
  });
  const deterministic = flag(object, 'deterministic') ? [] : ['DETERMINISTIC = false'];
  const all = [`PROVIDER = ${text(object, 'provider')}`, ...parts, ...deterministic];
  return `CREATE COLLATION ${qualified(object)} (${all.join(', ')})`;
}
