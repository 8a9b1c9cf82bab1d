import { nameOf, userRelations } from '../catalog.ts';
import { areMany, listingCheck } from '../listing.ts';

interface Unvalidated {
  readonly name: string;
  readonly detail: string;
  readonly table: string;
  readonly constraint: string;
  readonly enforced: boolean;
}

export const unvalidatedConstraints = listingCheck<Unvalidated>({
  id: 'unvalidated-constraints',
  title: 'constraints that were not checked for all rows',
  group: 'integrity',
  source: 'PgHero',
  level: 'warning',
  sql: ({ major }) => `
    SELECT ${nameOf('t')} || '.' || quote_ident(k.conname) AS name, ${nameOf('t')} AS "table", quote_ident(k.conname) AS "constraint",
      -- No pg_get_constraintdef: of a CHECK it would wait for a lock.
      ${major >= 18 ? 'k.conenforced' : 'true'} AS enforced,
      CASE k.contype WHEN 'f' THEN 'foreign key' WHEN 'c' THEN 'check' ELSE 'not null' END
        || ${major >= 18 ? "CASE WHEN k.conenforced THEN ' NOT VALID' ELSE ' NOT ENFORCED' END" : "' NOT VALID'"} AS detail
    FROM pg_constraint k JOIN ${userRelations('t', 'rpf')} ON t.oid = k.conrelid
    WHERE NOT k.convalidated AND k.conparentid = 0`,
  none: 'all constraints hold for all rows',
  some: (count, { name }) =>
    `${areMany(count, 'constraint was', 'constraints were')} never checked against the rows that are there: ${name}${count > 1 ? ' is the first' : ''}`,
  hint: ({ table, constraint, enforced }) =>
    enforced
      ? `ALTER TABLE ${table} VALIDATE CONSTRAINT ${constraint}; -- fails where a row breaks it: mend those first`
      : `ALTER TABLE ${table} ALTER CONSTRAINT ${constraint} ENFORCED;`,
});
