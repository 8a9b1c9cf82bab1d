import { objectId } from './catalog.ts';
import type { Kind } from './kind.ts';

/**
 * Who may use a foreign server: that it is so, and nothing of how. The options hold passwords, and
 * not every role sees even their names.
 */
export const userMapping: Kind = {
  types: ['user mapping'],
  sql: () => `
    SELECT ${objectId('pg_user_mapping', 'u.umid')} AS id, 'user mapping' AS type, NULL AS schema, NULL AS "table",
      CASE WHEN u.umuser = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(u.usename) END || ' SERVER ' || pg_catalog.quote_ident(u.srvname) AS name
    FROM pg_catalog.pg_user_mappings u`,
  create: ({ name }) => [`CREATE USER MAPPING FOR ${name}`],
  createNote: () => 'Its options, a password among them, have to be set by hand.',
  drop: ({ name }) => [`DROP USER MAPPING FOR ${name}`],
  alter: () => [],
};
