import { objectId } from './catalog.ts';
import { alterOptions, createOptions, foreignOptions, hiddenNote } from './foreign-options.ts';
import type { Kind } from './kind.ts';

/** Whether the role may see the options of user mapping `u`, as pg_user_mappings has it. */
const readable = `(u.umuser <> 0 AND u.usename = current_user AND (pg_catalog.pg_has_role(s.srvowner, 'USAGE') OR pg_catalog.has_server_privilege(s.oid, 'USAGE'))
  OR u.umuser = 0 AND pg_catalog.pg_has_role(s.srvowner, 'USAGE')
  OR (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user))`;

/**
 * Who may use a foreign server, and how: `options` are null where the role that reads them may
 * not, and of those that may be a password only the names are there.
 */
export const userMapping: Kind = {
  types: ['user mapping'],
  sql: () => `
    SELECT ${objectId('pg_user_mapping', 'u.umid')} AS id, 'user mapping' AS type, NULL AS schema, NULL AS "table",
      CASE WHEN u.umuser = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(u.usename) END || ' SERVER ' || pg_catalog.quote_ident(u.srvname) AS name,
      CASE WHEN ${readable} THEN ${foreignOptions('u.umoptions')} END AS options
    FROM pg_catalog.pg_user_mappings u JOIN pg_catalog.pg_foreign_server s ON s.oid = u.srvid`,
  create: (object) => [`CREATE USER MAPPING FOR ${object.name}${createOptions(object)}`],
  createNote: (object) =>
    object.attributes['options'] === null
      ? 'Its options could not be read: set them by hand, a password among them.'
      : hiddenNote(object),
  note: ({ expected }) => hiddenNote(expected),
  drop: ({ name }) => [`DROP USER MAPPING FOR ${name}`],
  alter: ({ expected, actual }) => {
    const changed = alterOptions(expected, actual);
    return changed === '' ? [] : [`ALTER USER MAPPING FOR ${expected.name}${changed}`];
  },
};
