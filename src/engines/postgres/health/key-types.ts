/** The type below a domain; `as` is a pg_type. */
export const plainType = (as: string): string =>
  `coalesce(nullif(${as}.typbasetype, 0), ${as}.oid)`;
