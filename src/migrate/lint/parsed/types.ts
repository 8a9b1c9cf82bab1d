import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { behind } from './around.ts';
import { keyOfParts } from './model.ts';
import type { ParsedRule } from './rule.ts';
import { as, quoted, shownParts, within, words } from './tree.ts';

const domainCheck: ParsedRule = rule({
  id: 'domain-check',
  level: 'warning',
  lock: 'Share',
  // The tables that are read have other names than the domain.
  harm: null,
  title: 'a domain’s constraint that is proved at once',
  why: 'every table with a column of the domain is read to prove it, and nobody can write to any of them meanwhile',
  check({ node, model, fileNumber }): Hit[] {
    const found = as(node, 'AlterDomainStmt');
    const constraint = as(found?.def, 'Constraint');
    const adds = found?.subtype === 'C' && constraint?.skip_validation !== true;
    const requires = found?.subtype === 'O';
    const parts = words(found?.typeName);
    if ((!adds && !requires) || model.domains.get(keyOfParts(parts))?.madeIn === fileNumber)
      return [];
    const name = shownParts(parts);
    const check = quoted(constraint?.conname ?? 'NAME');
    return [
      {
        what: `ALTER DOMAIN ${name} ${adds ? 'ADD CONSTRAINT' : 'SET NOT NULL'}`,
        relation: name,
        hint: adds
          ? `\`ALTER DOMAIN ${name} ADD CONSTRAINT ${check} CHECK (…) NOT VALID\`, and in a later migration \`ALTER DOMAIN ${name} VALIDATE CONSTRAINT ${check}\`.`
          : `\`ALTER DOMAIN ${name} ADD CONSTRAINT … CHECK (VALUE IS NOT NULL) NOT VALID\`, and VALIDATE CONSTRAINT in a later migration.`,
      },
    ];
  },
});

const enumValueTooEarly: ParsedRule = rule({
  id: 'enum-value-in-same-transaction',
  level: 'error',
  lock: null,
  harm: null,
  title: 'a new enumeration value used in the transaction that adds it',
  why: 'PostgreSQL refuses it (unsafe use of new value) until the transaction that added it has committed',
  check(around): Hit[] {
    const found = as(around.node, 'AlterEnumStmt');
    const value = found?.newVal;
    if (value === undefined || found?.oldVal !== undefined || !around.oneTransaction) return [];
    const parts = words(found?.typeName);
    if (around.model.enums.get(keyOfParts(parts)) === around.fileNumber) return [];
    const uses = behind(around).some(
      ({ node }) =>
        !as(node, 'AlterEnumStmt') &&
        within(node, 'A_Const').some(({ sval }) => sval?.sval === value),
    );
    if (!uses) return [];
    return [
      {
        what: `'${value}' is added to ${shownParts(parts)} and used in the same file`,
        relation: null,
        hint: 'Use it in a later migration.',
      },
    ];
  },
});

export const typeRules: readonly ParsedRule[] = [domainCheck, enumValueTooEarly];
