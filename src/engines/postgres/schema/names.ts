/** SQL for names of other objects, printed so that SQL can use them again; NULL where there is none. */

export function typeName(oid: string, modifier = 'NULL'): string {
  return `pg_catalog.format_type(${oid}, ${modifier})`;
}

/** `"app".check_total`, without the types of its arguments. */
export function functionName(oid: string): string {
  return inSchema('pg_proc', 'proname', 'pronamespace', oid);
}

export function collationName(oid: string): string {
  return inSchema('pg_collation', 'collname', 'collnamespace', oid);
}

/** The name of an object that lives in a schema, by its catalog's columns. */
export function inSchema(catalog: string, name: string, namespace: string, oid: string): string {
  return `(SELECT pg_catalog.quote_ident(named_in.nspname) || '.' || pg_catalog.quote_ident(named.${name})
    FROM pg_catalog.${catalog} named JOIN pg_catalog.pg_namespace named_in ON named_in.oid = named.${namespace}
    WHERE named.oid = ${oid})`;
}

/** `"app".<(integer, integer)`: an operator as ALTER OPERATOR has it, with the types it stands between. */
export function operatorName(oid: string): string {
  return `(SELECT pg_catalog.quote_ident(named_in.nspname) || '.' || named.oprname || '('
      || CASE WHEN named.oprleft = 0 THEN 'NONE' ELSE ${typeName('named.oprleft')} END || ', ' || ${typeName('named.oprright')} || ')'
    FROM pg_catalog.pg_operator named JOIN pg_catalog.pg_namespace named_in ON named_in.oid = named.oprnamespace
    WHERE named.oid = ${oid})`;
}
