/** SQL: the rights of an access control list as JSON of `LiveGrant`s. */
export const grantsJson = (acl: string): string => `
  (SELECT json_agg(json_build_object(
      'grantee', CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END,
      'privilege', a.privilege_type, 'grantable', a.is_grantable)
    ORDER BY a.grantee, a.privilege_type) FROM aclexplode(${acl}) a)`;

/** Encoding and locale of `d`, a row of pg_database; `to_jsonb` reads columns that some majors lack. */
export const localeJson = `json_build_object(
    'encoding', pg_encoding_to_char(d.encoding), 'collate', d.datcollate, 'ctype', d.datctype,
    'provider', coalesce(to_jsonb(d)->>'datlocprovider', 'c'),
    'locale', coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale'),
    'icuRules', to_jsonb(d)->>'daticurules')`;

/** Of a row of pg_roles. */
export const roleJson = `json_build_object(
      'rolname', rolname, 'rolsuper', rolsuper, 'rolinherit', rolinherit,
      'rolcreaterole', rolcreaterole, 'rolcreatedb', rolcreatedb, 'rolcanlogin', rolcanlogin,
      'rolreplication', rolreplication, 'rolbypassrls', rolbypassrls)`;

/** Of `m`, a row of pg_auth_members. */
export const membershipJson = `json_build_object(
      'role', pg_get_userbyid(m.roleid), 'member', pg_get_userbyid(m.member),
      'admin', m.admin_option, 'inherit', (to_jsonb(m)->>'inherit_option')::boolean,
      'set', (to_jsonb(m)->>'set_option')::boolean)`;

/** What is set for the database `d`, and for roles in it. */
export const ownSettingsJson = `(SELECT coalesce(json_agg(json_build_object(
      'role', CASE WHEN s.setrole <> 0 THEN pg_get_userbyid(s.setrole) END,
      'inDatabase', true, 'settings', s.setconfig) ORDER BY s.setrole), '[]')
    FROM pg_db_role_setting s WHERE s.setdatabase = d.oid)`;
