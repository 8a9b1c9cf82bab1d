import type { SchemaObject, SchemaValue } from '../../schema.ts';
import { identifier, literal } from '../quoting.ts';

/** An attribute that is a text, or null. */
export function text({ attributes }: SchemaObject, name: string): string | null {
  const value = attributes[name];
  return typeof value === 'string' ? value : null;
}

export function flag({ attributes }: SchemaObject, name: string): boolean {
  return attributes[name] === true;
}

export function list({ attributes }: SchemaObject, name: string): readonly string[] {
  const value: SchemaValue | undefined = attributes[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

/** `"app"."orders"` of an object that lives in a schema. */
export function qualified({ schema, name }: Pick<SchemaObject, 'schema' | 'name'>): string {
  return schema === null ? identifier(name) : `${identifier(schema)}.${identifier(name)}`;
}

/** The relation that a part belongs to. */
export function relationOf({ schema, table }: SchemaObject): string {
  return qualified({ schema, name: table ?? '' });
}

/** How SQL names an object in ALTER, COMMENT ON and GRANT: `TABLE "app"."orders"`. */
export interface Address {
  /** `TABLE`, `FUNCTION`; what stands behind ALTER and COMMENT ON. */
  readonly word: string;
  readonly name: string;
  /** What stands behind GRANT … ON where it is another word. */
  readonly grantWord?: string;
}

/** Comment, owner and grants of an object that has just been made. */
export function dress(object: SchemaObject, address: Address): string[] {
  const owner = text(object, 'owner');
  return [
    ...(owner === null ? [] : [setOwner(address, owner)]),
    ...setGrants(address, [], list(object, 'grants'), owner),
    ...(text(object, 'comment') === null ? [] : [setComment(address, text(object, 'comment'))]),
  ];
}

/** Statements for changes of `comment`, `owner` and `grants`. */
export function redress(
  expected: SchemaObject,
  actual: SchemaObject,
  attributes: ReadonlySet<string>,
  address: Address,
): string[] {
  const owner = text(expected, 'owner');
  return [
    ...(attributes.has('owner') && owner !== null ? [setOwner(address, owner)] : []),
    ...(attributes.has('grants')
      ? setGrants(address, list(actual, 'grants'), list(expected, 'grants'), owner)
      : []),
    ...(attributes.has('comment') ? [setComment(address, text(expected, 'comment'))] : []),
  ];
}

/** Whether the attributes are all of those that `redress` changes. */
export function onlyDress(attributes: ReadonlySet<string>): boolean {
  return [...attributes].every((name) => ['comment', 'owner', 'grants'].includes(name));
}

export function setComment({ word, name }: Address, comment: string | null): string {
  return `COMMENT ON ${word} ${name} IS ${comment === null ? 'NULL' : literal(comment)}`;
}

function setOwner({ word, name }: Address, owner: string): string {
  return `ALTER ${word} ${name} OWNER TO ${identifier(owner)}`;
}

/** GRANT and REVOKE that lead from one list of `grantsOf` to another. */
export function setGrants(
  { word, grantWord, name }: Address,
  from: readonly string[],
  to: readonly string[],
  owner: string | null,
): string[] {
  const on = `ON ${grantWord ?? word} ${name}`;
  const ownerName = owner === null ? 'CURRENT_USER' : identifier(owner);
  const grant = (entry: string): string => {
    const lost = /^(.*) FROM owner$/.exec(entry);
    if (lost) return `REVOKE ${lost[1]} ${on} FROM ${ownerName}`;
    const [privilege, grantee] = split(entry);
    return `GRANT ${privilege} ${on} TO ${grantee}`;
  };
  const revoke = (entry: string): string => {
    const lost = /^(.*) FROM owner$/.exec(entry);
    if (lost) return `GRANT ${lost[1]} ${on} TO ${ownerName}`;
    const [privilege, grantee] = split(entry);
    return `REVOKE ${privilege} ${on} FROM ${grantee.replace(/ WITH GRANT OPTION$/, '')}`;
  };
  return [
    ...from.filter((entry) => !to.includes(entry)).map(revoke),
    ...to.filter((entry) => !from.includes(entry)).map(grant),
  ];
}

function split(entry: string): [privilege: string, grantee: string] {
  const at = entry.indexOf(' TO ');
  return [entry.slice(0, at), entry.slice(at + 4)];
}
