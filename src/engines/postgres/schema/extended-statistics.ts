import type { SchemaObject } from '../../schema.ts';
import { commentOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import type { Kind } from './kind.ts';
import { type Address, dress, qualified, redress, text } from './statements.ts';

const address = (object: SchemaObject): Address => ({
  word: 'STATISTICS',
  name: qualified(object),
});

/** Extended statistics (`CREATE STATISTICS`); `statistics` is their target. */
export const extendedStatistics: Kind = {
  types: ['statistics'],
  sql: () => `
    SELECT ${objectId('pg_statistic_ext', 's.oid')} AS id, 'statistics' AS type, n.nspname AS schema, NULL AS "table", s.stxname AS name,
      pg_catalog.regexp_replace(pg_catalog.substr(pg_catalog.pg_get_statisticsobjdef(s.oid),
        pg_catalog.length('CREATE STATISTICS ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(s.stxname)) + 1), '^ ', '') AS definition,
      CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget::text END AS statistics,
      ${ownerOf('s.stxowner')} AS owner, ${commentOf('pg_statistic_ext', 's.oid')} AS comment
    FROM pg_catalog.pg_statistic_ext s JOIN ns n ON n.oid = s.stxnamespace JOIN rel r ON r.relid = s.stxrelid
    WHERE ${notOfExtension('pg_statistic_ext', 's.oid')}`,
  create: (object) => [
    `CREATE STATISTICS ${qualified(object)} ${text(object, 'definition')}`,
    ...(text(object, 'statistics') === null ? [] : [setTarget(object)]),
    ...dress(object, address(object)),
  ],
  drop: (object) => [`DROP STATISTICS ${qualified(object)}`],
  alter: ({ expected, actual, attributes }) =>
    attributes.has('definition')
      ? null
      : [
          ...(attributes.has('statistics') ? [setTarget(expected)] : []),
          ...redress(expected, actual, attributes, address(expected)),
        ],
};

function setTarget(object: SchemaObject): string {
  return `ALTER STATISTICS ${qualified(object)} SET STATISTICS ${text(object, 'statistics') ?? '-1'}`;
}
