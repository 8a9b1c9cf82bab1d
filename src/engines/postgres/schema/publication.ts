import { literal } from '../quoting.ts';
import { commentOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import type { Kind } from './kind.ts';
import type { SchemaObject } from '../../schema.ts';
import { type Address, dress, flag, list, qualified, redress, text } from './statements.ts';

const address = (object: SchemaObject): Address => ({
  word: 'PUBLICATION',
  name: qualified(object),
});

const tableName = `pg_catalog.quote_ident(r.nspname) || '.' || pg_catalog.quote_ident(r.relname)`;

/** Lists of columns, filters of rows and whole schemas came with PostgreSQL 15. */
function tablesOf(major: number): string {
  const details =
    major < 15
      ? ''
      : `
        || CASE WHEN m.prattrs IS NULL THEN '' ELSE ' (' || pg_catalog.array_to_string(ARRAY(
          SELECT pg_catalog.quote_ident(a.attname) COLLATE "C" FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = m.prrelid AND a.attnum = ANY (m.prattrs) ORDER BY 1), ', ') || ')' END
        || coalesce(' WHERE (' || pg_catalog.pg_get_expr(m.prqual, m.prrelid) || ')', '')`;
  return `ARRAY(SELECT (${tableName}${details}) COLLATE "C"
      FROM pg_catalog.pg_publication_rel m JOIN rel r ON r.relid = m.prrelid WHERE m.prpubid = p.oid ORDER BY 1)`;
}

/** Publications of logical replication. */
export const publication: Kind = {
  types: ['publication'],
  sql: (major) => `
    SELECT ${objectId('pg_publication', 'p.oid')} AS id, 'publication' AS type, NULL AS schema, NULL AS "table", p.pubname AS name,
      p.puballtables AS "allTables", ${tablesOf(major)} AS tables,
      ${
        major < 15
          ? `'{}'::text[]`
          : `ARRAY(SELECT pg_catalog.quote_ident(n.nspname) COLLATE "C" FROM pg_catalog.pg_publication_namespace m
        JOIN pg_catalog.pg_namespace n ON n.oid = m.pnnspid WHERE m.pnpubid = p.oid ORDER BY 1)`
      } AS schemas,
      pg_catalog.array_remove(ARRAY[CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubinsert THEN 'insert' END,
        CASE WHEN p.pubtruncate THEN 'truncate' END, CASE WHEN p.pubupdate THEN 'update' END], NULL) AS operations,
      p.pubviaroot AS "viaRoot",
      ${major >= 18 ? `CASE p.pubgencols WHEN 's' THEN 'stored' ELSE 'none' END` : `'none'`} AS "generatedColumns",
      ${ownerOf('p.pubowner')} AS owner, ${commentOf('pg_publication', 'p.oid')} AS comment
    FROM pg_catalog.pg_publication p WHERE ${notOfExtension('pg_publication', 'p.oid')}`,
  create: (object) => [
    `CREATE PUBLICATION ${qualified(object)}${scope(object)} WITH (${parameters(object)})`,
    ...dress(object, address(object)),
  ],
  drop: (object) => [`DROP PUBLICATION ${qualified(object)}`],
  alter: ({ expected, actual, attributes }) => {
    const rescoped = attributes.has('tables') || attributes.has('schemas');
    const whole = attributes.has('allTables') || (rescoped && members(expected).length === 0);
    if (whole) return null;
    const alter = `ALTER PUBLICATION ${qualified(expected)} SET`;
    const set = ['operations', 'viaRoot', 'generatedColumns'].some((name) => attributes.has(name));
    return [
      ...(rescoped ? [`${alter} ${members(expected).join(', ')}`] : []),
      ...(set ? [`${alter} (${parameters(expected)})`] : []),
      ...(attributes.has('generatedColumns') && text(expected, 'generatedColumns') === 'none'
        ? [`${alter} (publish_generated_columns = none)`]
        : []),
      ...redress(expected, actual, attributes, address(expected)),
    ];
  },
};

function scope(object: SchemaObject): string {
  if (flag(object, 'allTables')) return ' FOR ALL TABLES';
  const all = members(object);
  return all.length === 0 ? '' : ` FOR ${all.join(', ')}`;
}

function members(object: SchemaObject): string[] {
  return [
    ...list(object, 'tables').map((table) => `TABLE ${table}`),
    ...list(object, 'schemas').map((schema) => `TABLES IN SCHEMA ${schema}`),
  ];
}

function parameters(object: SchemaObject): string {
  const generated = text(object, 'generatedColumns');
  return [
    `publish = ${literal(list(object, 'operations').join(', '))}`,
    `publish_via_partition_root = ${flag(object, 'viaRoot')}`,
    // Before PostgreSQL 18 there is no such parameter, and none is published.
    ...(generated === 'stored' ? ['publish_generated_columns = stored'] : []),
  ].join(', ');
}
