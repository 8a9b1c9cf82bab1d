import type { Constraint } from 'libpg-query';
import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { addedColumns } from './add-column.ts';
import { alterations, type Around } from './around.ts';
import { nameFor, type ParsedRule } from './rule.ts';
import { allOf, as, quoted, words } from './tree.ts';

interface AddedConstraint {
  readonly constraint: Constraint;
  readonly on: string;
  /** The columns that it is about, where the text lists them. */
  readonly columns: readonly string[];
}

/** Constraints added to a table that was there before, with a new column or alone. */
function addedConstraints(around: Around): readonly AddedConstraint[] {
  const alone = alterations(around).flatMap(({ command, on }) => {
    const constraint = as(command.def, 'Constraint');
    if (command.subtype !== 'AT_AddConstraint' || !constraint) return [];
    return [{ constraint, on, columns: words(constraint.keys) }];
  });
  const withColumns = addedColumns(around).flatMap(({ constraints, on, column }) =>
    constraints.map((constraint) => ({ constraint, on, columns: [column.colname ?? ''] })),
  );
  return [...alone, ...withColumns];
}

const addCheck: ParsedRule = rule({
  id: 'add-check',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: 'scan',
  title: 'a CHECK that is proved at once',
  why: 'every row is read to prove it, and nobody can read or write the table meanwhile',
  check: (around) =>
    alterations(around).flatMap(({ command, on }): Hit[] => {
      const constraint = as(command.def, 'Constraint');
      if (command.subtype !== 'AT_AddConstraint' || constraint?.contype !== 'CONSTR_CHECK')
        return [];
      if (constraint.skip_validation || constraint.is_enforced === false) return [];
      const name = quoted(constraint.conname ?? nameFor(on, 'check'));
      return [
        {
          what: `ADD CONSTRAINT ${name} CHECK on ${on}`,
          relation: on,
          at: constraint.location,
          hint: `\`ALTER TABLE ${on} ADD CONSTRAINT ${name} CHECK (…) NOT VALID\`, and in a later migration \`ALTER TABLE ${on} VALIDATE CONSTRAINT ${name}\`, which lets everybody go on.`,
        },
      ];
    }),
});

const kinds = new Map([
  ['CONSTR_UNIQUE', 'UNIQUE'],
  ['CONSTR_PRIMARY', 'PRIMARY KEY'],
]);

const addUnique: ParsedRule = rule({
  id: 'add-unique',
  level: 'error',
  lock: 'AccessExclusive',
  harm: 'scan',
  title: 'UNIQUE or PRIMARY KEY that builds its own index',
  why: 'the index is built over every row, and nobody can read or write the table meanwhile',
  check: (around) =>
    addedConstraints(around).flatMap(({ constraint, on, columns }): Hit[] => {
      const kind = kinds.get(constraint.contype ?? '');
      if (kind === undefined || constraint.indexname !== undefined) return [];
      const list = columns.map(quoted).join(', ');
      const ending = kind === 'UNIQUE' ? 'key' : 'pkey';
      const index = quoted(constraint.conname ?? nameFor(on, ...columns, ending));
      return [
        {
          what: `ADD ${kind} (${list}) on ${on}`,
          relation: on,
          at: constraint.location,
          hint: `\`CREATE UNIQUE INDEX CONCURRENTLY ${index} ON ${on} (${list})\` in a migration of its own, then \`ALTER TABLE ${on} ADD CONSTRAINT ${index} ${kind} USING INDEX ${index}\`.`,
        },
      ];
    }),
});

const addExclusion: ParsedRule = rule({
  id: 'add-exclusion',
  level: 'error',
  lock: 'AccessExclusive',
  harm: 'scan',
  title: 'an EXCLUDE constraint',
  why: 'its index is built over every row and each is compared with the others, and nobody can read or write the table meanwhile',
  check: (around) =>
    addedConstraints(around).flatMap(({ constraint, on }): Hit[] =>
      constraint.contype === 'CONSTR_EXCLUSION'
        ? [
            {
              what: `ADD EXCLUDE on ${on}`,
              relation: on,
              at: constraint.location,
              hint: 'PostgreSQL knows no way to add it later or bit by bit: do it while nobody works, or make a new table with the constraint and move the rows over.',
            },
          ]
        : [],
    ),
});

/** Foreign keys that a new table or a new column brings along. */
export function inlineForeignKeys(elements: Parameters<typeof allOf>[0]): readonly Constraint[] {
  return allOf(elements, 'ColumnDef')
    .flatMap(({ constraints }) => allOf(constraints, 'Constraint'))
    .concat(allOf(elements, 'Constraint'))
    .filter(({ contype }) => contype === 'CONSTR_FOREIGN');
}

export const constraintRules: readonly ParsedRule[] = [addCheck, addUnique, addExclusion];
