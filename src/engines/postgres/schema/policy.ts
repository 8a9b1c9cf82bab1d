import { identifier } from '../quoting.ts';
import { commentOf, notOfExtension, objectId } from './catalog.ts';
import type { Kind } from './kind.ts';
import type { SchemaObject } from '../../schema.ts';
import { flag, list, relationOf, setComment, text } from './statements.ts';

/** Row security policies. */
export const policy: Kind = {
  types: ['policy'],
  sql: () => `
    SELECT ${objectId('pg_policy', 'p.oid')} AS id, 'policy' AS type, r.nspname AS schema, r.relname AS "table", p.polname AS name,
      CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' ELSE 'all' END AS command,
      p.polpermissive AS permissive,
      ARRAY(SELECT CASE WHEN u.role = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(u.role)) END COLLATE "C"
        FROM pg_catalog.unnest(p.polroles) u(role) ORDER BY 1) AS roles,
      pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS "using", pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) AS "check",
      ${commentOf('pg_policy', 'p.oid')} AS comment
    FROM pg_catalog.pg_policy p JOIN rel r ON r.relid = p.polrelid
    WHERE ${notOfExtension('pg_policy', 'p.oid')}`,
  create: (object) => [
    [
      `CREATE POLICY ${named(object)}`,
      flag(object, 'permissive') ? '' : ' AS RESTRICTIVE',
      ` FOR ${(text(object, 'command') ?? 'all').toUpperCase()}`,
      clauses(object, new Set(['roles', 'using', 'check'])),
    ].join(''),
    ...(text(object, 'comment') === null ? [] : [comment(object)]),
  ],
  drop: (object) => [`DROP POLICY ${named(object)}`],
  alter: ({ expected, attributes }) => {
    const removed = ['using', 'check'].some(
      (name) => attributes.has(name) && text(expected, name) === null,
    );
    if (removed || attributes.has('command') || attributes.has('permissive')) return null;
    const changed = clauses(expected, attributes);
    return [
      ...(changed === '' ? [] : [`ALTER POLICY ${named(expected)}${changed}`]),
      ...(attributes.has('comment') ? [comment(expected)] : []),
    ];
  },
};

function named(object: SchemaObject): string {
  return `${identifier(object.name)} ON ${relationOf(object)}`;
}

function clauses(object: SchemaObject, attributes: ReadonlySet<string>): string {
  const [using, check] = [text(object, 'using'), text(object, 'check')];
  return [
    attributes.has('roles') ? ` TO ${list(object, 'roles').join(', ')}` : '',
    attributes.has('using') && using !== null ? ` USING (${using})` : '',
    attributes.has('check') && check !== null ? ` WITH CHECK (${check})` : '',
  ].join('');
}

function comment(object: SchemaObject): string {
  return setComment({ word: 'POLICY', name: named(object) }, text(object, 'comment'));
}
