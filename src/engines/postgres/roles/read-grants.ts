/**
 * SQL for the entries of an access control list that the set's roles ($1) and PUBLIC have, as
 * JSON. Those of the owner are left out: they go where the ownership goes.
 */
export function grantsSql(acl: string, owner: string): string {
  return `coalesce((SELECT json_agg(json_build_object('grantee', coalesce(g.rolname, ''), 'privilege', a.privilege_type, 'grantable', a.is_grantable) ORDER BY g.rolname, a.privilege_type)
    FROM aclexplode(${acl}) a LEFT JOIN pg_roles g ON g.oid = a.grantee
    WHERE a.grantee <> ${owner} AND (a.grantee = 0 OR g.rolname = ANY ($1))), '[]')`;
}
