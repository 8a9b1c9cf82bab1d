/** `app.orders`, or `orders` where the engine has no schemas. */
export function fullName({ schema, name }: { schema: string | null; name: string }): string {
  return schema === null ? name : `${schema}.${name}`;
}
