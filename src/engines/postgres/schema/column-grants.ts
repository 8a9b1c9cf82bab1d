import { identifier } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { list, relationOf } from './statements.ts';

/** GRANT and REVOKE on one column that lead from one list of `grantsOf` to another. */
export function setColumnGrants(
  column: SchemaObject,
  from: readonly string[],
  to: readonly string[] = list(column, 'grants'),
): string[] {
  const on = `(${identifier(column.name)}) ON TABLE ${relationOf(column)}`;
  const parts = (entry: string): [privilege: string, grantee: string] => {
    const at = entry.indexOf(' TO ');
    return [entry.slice(0, at), entry.slice(at + 4)];
  };
  const revoke = (entry: string): string => {
    const [privilege, grantee] = parts(entry);
    return `REVOKE ${privilege} ${on} FROM ${grantee.replace(/ WITH GRANT OPTION$/, '')}`;
  };
  const grant = (entry: string): string => {
    const [privilege, grantee] = parts(entry);
    return `GRANT ${privilege} ${on} TO ${grantee}`;
  };
  return [
    ...from.filter((entry) => !to.includes(entry)).map(revoke),
    ...to.filter((entry) => !from.includes(entry)).map(grant),
  ];
}
