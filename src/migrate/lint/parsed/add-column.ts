import type { ColumnDef, Constraint } from 'libpg-query';
import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { type Alteration, alterations, type Around } from './around.ts';
import { keyOfParts } from './model.ts';
import type { ParsedRule } from './rule.ts';
import { allOf, as, quoted, shownType, typeOf, typeWord, words } from './tree.ts';
import { changingCall } from './volatility.ts';

interface Added extends Alteration {
  readonly column: ColumnDef;
  /** Quoted where needed. */
  readonly name: string;
  readonly type: string;
  readonly constraints: readonly Constraint[];
}

/** The columns that a statement adds to a table that was there before. */
export function addedColumns(around: Around): readonly Added[] {
  const all = alterations(around);
  if (!all.some(({ command }) => command.subtype === 'AT_AddColumn')) return [];
  return all.flatMap((alteration) => {
    const column = as(alteration.command.def, 'ColumnDef');
    if (alteration.command.subtype !== 'AT_AddColumn' || !column) return [];
    const type = typeOf(column.typeName);
    return [
      {
        ...alteration,
        column,
        name: quoted(column.colname ?? ''),
        type: type ? shownType(type) : '',
        constraints: allOf(column.constraints, 'Constraint'),
      },
    ];
  });
}

export function constraintOf(
  { constraints }: Pick<Added, 'constraints'>,
  contype: Constraint['contype'],
): Constraint | undefined {
  return constraints.find((each) => each.contype === contype);
}

interface Rewriting {
  readonly with: string;
  readonly unsure?: string;
}

/** What about a new column makes PostgreSQL write every row anew; null: nothing. */
function rewriting(added: Added, { model }: Around): Rewriting | null {
  const word = typeWord(added.column.typeName);
  if (/^(small|big)?serial\d?$/.test(word)) return { with: `of type ${word}` };
  if (constraintOf(added, 'CONSTR_IDENTITY')) return { with: 'GENERATED AS IDENTITY' };
  if (constraintOf(added, 'CONSTR_GENERATED')?.generated_kind === 's')
    return { with: 'GENERATED … STORED' };
  const domain = model.domains.get(keyOfParts(words(added.column.typeName?.names)));
  if (domain?.checks) return { with: `of the domain ${word}, which has a check` };
  const call = changingCall(constraintOf(added, 'CONSTR_DEFAULT')?.raw_expr, model);
  if (!call) return null;
  const { name, sure } = call;
  return {
    with: `with DEFAULT ${name}()`,
    ...(!sure && { unsure: `unless ${name}() is STABLE or IMMUTABLE, ` }),
  };
}

const addColumnRewrite: ParsedRule = rule({
  id: 'add-column-rewrite',
  level: 'error',
  lock: 'AccessExclusive',
  harm: 'rewrite',
  title: 'a new column that has to be written into every row',
  why: 'the whole table and its indexes are written anew, and nobody can read or write it meanwhile',
  check: (around) =>
    addedColumns(around).flatMap((added): Hit[] => {
      const found = rewriting(added, around);
      if (!found) return [];
      const { on, name, column } = added;
      const hit = {
        what: `ADD COLUMN ${name} ${found.with} on ${on}`,
        relation: on,
        at: column.location,
        hint: stepwise(added),
      };
      return [
        found.unsure
          ? { ...hit, level: 'warning', why: `${found.unsure}${addColumnRewrite.why}` }
          : hit,
      ];
    }),
});

function stepwise(added: Added): string {
  const { on, name, type } = added;
  if (constraintOf(added, 'CONSTR_GENERATED'))
    return `ADD COLUMN ${name} ${type} without GENERATED, keep it filled by a trigger, and fill old rows in batches; on PostgreSQL 18 a VIRTUAL column costs nothing.`;
  return `In steps: \`ALTER TABLE ${on} ADD COLUMN ${name} ${type}\`; then \`ALTER TABLE ${on} ALTER COLUMN ${name} SET DEFAULT …\` for new rows; then UPDATE the old rows in batches, outside this migration.`;
}

const addRequiredColumn: ParsedRule = rule({
  id: 'add-required-column',
  level: 'error',
  lock: 'AccessExclusive',
  harm: null,
  title: 'a new column NOT NULL without a default',
  why: 'it fails as soon as the table has a row',
  check: (around) =>
    addedColumns(around).flatMap((added): Hit[] => {
      const { column, constraints, name, on, type } = added;
      const required = constraints.some(
        ({ contype }) => contype === 'CONSTR_NOTNULL' || contype === 'CONSTR_PRIMARY',
      );
      const filled = constraints.some(
        ({ contype }) =>
          contype === 'CONSTR_DEFAULT' ||
          contype === 'CONSTR_IDENTITY' ||
          contype === 'CONSTR_GENERATED',
      );
      if (!required || filled || /serial/.test(typeWord(column.typeName))) return [];
      return [
        {
          what: `ADD COLUMN ${name} NOT NULL on ${on} has no default`,
          relation: on,
          at: column.location,
          hint: `Give it a constant default (\`ADD COLUMN ${name} ${type} NOT NULL DEFAULT …\` costs nothing), or add it without NOT NULL, fill it, and SET NOT NULL later.`,
        },
      ];
    }),
});

const addColumnCheck: ParsedRule = rule({
  id: 'add-column-check',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: 'scan',
  title: 'a new column with a CHECK of its own',
  why: 'every row is read to prove the check, and nobody can read or write the table meanwhile',
  check: (around) =>
    addedColumns(around).flatMap((added): Hit[] => {
      const { on, name, type, column } = added;
      if (constraintOf(added, 'CONSTR_CHECK') === undefined) return [];
      return [
        {
          what: `ADD COLUMN ${name} with CHECK on ${on}`,
          relation: on,
          at: column.location,
          hint: `\`ALTER TABLE ${on} ADD COLUMN ${name} ${type}, ADD CONSTRAINT … CHECK (…) NOT VALID\`, and VALIDATE CONSTRAINT in a later migration.`,
        },
      ];
    }),
});

const addJsonColumn: ParsedRule = rule({
  id: 'add-json-column',
  level: 'warning',
  lock: null,
  harm: null,
  title: 'a new column of type json',
  why: 'json has no equality, so that every SELECT DISTINCT, GROUP BY or UNION over the table’s rows fails from then on',
  check: (around) =>
    addedColumns(around).flatMap(({ column, name, on }): Hit[] => {
      const type = typeOf(column.typeName);
      if (type?.name !== 'json' || type.array) return [];
      return [
        {
          what: `ADD COLUMN ${name} json on ${on}`,
          relation: on,
          at: column.location,
          hint: `Use jsonb: \`ALTER TABLE ${on} ADD COLUMN ${name} jsonb\`.`,
        },
      ];
    }),
});

export const addColumnRules: readonly ParsedRule[] = [
  addColumnRewrite,
  addRequiredColumn,
  addColumnCheck,
  addJsonColumn,
];
