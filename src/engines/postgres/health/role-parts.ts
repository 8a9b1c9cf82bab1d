/** `role app`, of a pg_roles or pg_authid. */
export const roleName = (as: string): string => `'role ' || quote_ident(${as}.rolname)`;

/** The role that initdb made; it cannot be another thing. */
export const bootstrapRole = 10;
