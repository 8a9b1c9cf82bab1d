import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { type Alteration, alterations } from './around.ts';
import { nameFor, type ParsedRule } from './rule.ts';
import { as, quoted, words } from './tree.ts';

const setNotNull: ParsedRule = rule({
  id: 'set-not-null',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: 'scan',
  title: 'SET NOT NULL without a validated CHECK that proves it',
  why: 'every row is read to prove it, and nobody can read or write the table meanwhile; it fails if one is null',
  check: (around) =>
    alterations(around).flatMap((alteration): Hit[] => {
      const name = columnOf(alteration);
      if (name === null || isProved(alteration, name)) return [];
      const { on, command } = alteration;
      const check = quoted(nameFor(command.name ?? name, 'not_null'));
      return [
        {
          what: `SET NOT NULL of ${quoted(name)} on ${on}`,
          relation: on,
          at: as(command.def, 'Constraint')?.location,
          hint: `\`ALTER TABLE ${on} ADD CONSTRAINT ${check} CHECK (${quoted(name)} IS NOT NULL) NOT VALID\`; in a later migration VALIDATE CONSTRAINT ${check}; then SET NOT NULL reads nothing, and the check can go. On PostgreSQL 18: ADD CONSTRAINT … NOT NULL ${quoted(name)} NOT VALID, then VALIDATE.`,
        },
      ];
    }),
});

/** The column that a command makes NOT NULL at once. */
function columnOf({ command }: Alteration): string | null {
  if (command.subtype === 'AT_SetNotNull') return command.name ?? '';
  const constraint = as(command.def, 'Constraint');
  const added = command.subtype === 'AT_AddConstraint' && constraint?.contype === 'CONSTR_NOTNULL';
  return added && constraint.skip_validation !== true ? (words(constraint.keys)[0] ?? null) : null;
}

function isProved({ table }: Alteration, name: string): boolean {
  if (table === null) return false;
  const checked = table.checks.some(({ notNullOf, valid }) => valid && notNullOf === name);
  return checked || table.columns.get(name)?.notNull === true;
}

export const notNullRules: readonly ParsedRule[] = [setNotNull];
