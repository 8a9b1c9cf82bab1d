import { literal } from '../quoting.ts';
import { commentOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import { madeAnew } from './made-anew.ts';
import { functionName } from './names.ts';
import { flag, qualified, text } from './statements.ts';

/** Conversions between encodings. */
export const conversion = madeAnew({
  type: 'conversion',
  sql: () => `
    SELECT ${objectId('pg_conversion', 'c.oid')} AS id, 'conversion' AS type, ns.nspname AS schema, NULL AS "table", c.conname AS name,
      pg_catalog.pg_encoding_to_char(c.conforencoding)::text AS "from", pg_catalog.pg_encoding_to_char(c.contoencoding)::text AS "to",
      ${functionName('c.conproc')} AS function, c.condefault AS "default",
      ${ownerOf('c.conowner')} AS owner, ${commentOf('pg_conversion', 'c.oid')} AS comment
    FROM pg_catalog.pg_conversion c JOIN ns ON ns.oid = c.connamespace WHERE ${notOfExtension('pg_conversion', 'c.oid')}`,
  address: (object) => ({ word: 'CONVERSION', name: qualified(object) }),
  create: (object) =>
    [
      `CREATE ${flag(object, 'default') ? 'DEFAULT ' : ''}CONVERSION ${qualified(object)}`,
      `FOR ${literal(text(object, 'from') ?? '')} TO ${literal(text(object, 'to') ?? '')}`,
      `FROM ${text(object, 'function')}`,
    ].join(' '),
});
