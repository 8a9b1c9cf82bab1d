import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { addedColumns, constraintOf } from './add-column.ts';
import { alterations } from './around.ts';
import { nameFor, type ParsedRule } from './rule.ts';
import { as, quoted, shown, words } from './tree.ts';

const addForeignKey: ParsedRule = rule({
  id: 'add-foreign-key',
  level: 'warning',
  lock: 'ShareRowExclusive',
  harm: 'scan',
  title: 'a foreign key that is proved at once',
  why: 'both tables are read to prove it, and nobody can write to either meanwhile',
  check: (around) =>
    alterations(around).flatMap(({ command, on }): Hit[] => {
      const constraint = as(command.def, 'Constraint');
      if (command.subtype !== 'AT_AddConstraint' || constraint?.contype !== 'CONSTR_FOREIGN')
        return [];
      if (constraint.skip_validation || constraint.is_enforced === false) return [];
      const parent = shown(constraint.pktable);
      const name = quoted(constraint.conname ?? nameFor(on, ...words(constraint.fk_attrs), 'fkey'));
      return [
        {
          what: `ADD FOREIGN KEY ${name} from ${on} to ${parent}`,
          relation: on,
          at: constraint.location,
          hint: `\`ALTER TABLE ${on} ADD CONSTRAINT ${name} FOREIGN KEY … REFERENCES ${parent} … NOT VALID\`, and in a later migration \`ALTER TABLE ${on} VALIDATE CONSTRAINT ${name}\`, which lets everybody go on.`,
        },
      ];
    }),
});

const addColumnForeignKey: ParsedRule = rule({
  id: 'add-column-foreign-key',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: 'scan',
  title: 'a new column with a default that refers to another table',
  why: 'every row is checked against the other table; nobody can read or write the one, nor write to the other meanwhile',
  check: (around) =>
    addedColumns(around).flatMap((added): Hit[] => {
      const { on, name, type, column } = added;
      const reference = constraintOf(added, 'CONSTR_FOREIGN');
      // Without a default all its values are null, and PostgreSQL looks at none.
      if (!reference || !constraintOf(added, 'CONSTR_DEFAULT')) return [];
      const parent = shown(reference.pktable);
      return [
        {
          what: `ADD COLUMN ${name} REFERENCES ${parent} with a default on ${on}`,
          relation: on,
          at: column.location,
          hint: `ADD COLUMN ${name} ${type} with its default first, then ADD CONSTRAINT … FOREIGN KEY (${name}) REFERENCES ${parent} NOT VALID, and VALIDATE CONSTRAINT in a later migration.`,
        },
      ];
    }),
});

export const foreignKeyRules: readonly ParsedRule[] = [addForeignKey, addColumnForeignKey];
