import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { comesBack, isNew } from './around.ts';
import { keyOfRelation } from './model.ts';
import type { ParsedRule } from './rule.ts';
import { as, quoted, shown } from './tree.ts';

const renameTable: ParsedRule = rule({
  id: 'rename-table',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: null,
  title: 'a table that gets another name or schema',
  why: 'programs that run now still ask for the old name, and fail until all of them are new',
  check(around) {
    const rename = as(around.node, 'RenameStmt');
    const move = as(around.node, 'AlterObjectSchemaStmt');
    const renames = rename?.renameType === 'OBJECT_TABLE';
    const relation = renames
      ? rename.relation
      : move?.objectType === 'OBJECT_TABLE'
        ? move.relation
        : undefined;
    if (!relation || isNew(around, relation) || comesBack(around, keyOfRelation(relation)))
      return [];
    const [from, to] = [
      shown(relation),
      renames ? rename.newname : `${move?.newschema}.${relation.relname}`,
    ];
    return [
      {
        what: `${from} becomes ${to ?? ''}`,
        relation: from,
        hint: `In the same migration, make a view under the old name: \`CREATE VIEW ${from} AS SELECT * FROM ${to ?? ''}\`; drop it when nobody asks for it any more.`,
      },
    ];
  },
});

const renameColumn: ParsedRule = rule({
  id: 'rename-column',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: null,
  title: 'a column that gets another name',
  why: 'programs that run now still ask for the old name, and fail until all of them are new',
  check(around): Hit[] {
    const rename = as(around.node, 'RenameStmt');
    if (rename?.renameType !== 'OBJECT_COLUMN' || rename.relationType !== 'OBJECT_TABLE') return [];
    if (isNew(around, rename.relation)) return [];
    const on = shown(rename.relation);
    const [from, to] = [quoted(rename.subname ?? ''), quoted(rename.newname ?? '')];
    return [
      {
        what: `${on}.${from} becomes ${to}`,
        relation: on,
        hint: `Add ${to} beside ${from}, keep both in step with a trigger, fill old rows in batches, and drop ${from} when no program asks for it; or rename the table and put a view with both names in its place.`,
      },
    ];
  },
});

const renameEnumValue: ParsedRule = rule({
  id: 'rename-enum-value',
  level: 'warning',
  lock: null,
  harm: null,
  title: 'an enumeration’s value that gets another name',
  why: 'programs that run now still write and expect the old one, and fail until all of them are new',
  check({ node, model, fileNumber }): Hit[] {
    const found = as(node, 'AlterEnumStmt');
    if (found?.oldVal === undefined) return [];
    const name = (found.typeName ?? []).map((each) => as(each, 'String')?.sval ?? '').join('.');
    if (model.enums.get(name) === fileNumber) return [];
    return [
      {
        what: `'${found.oldVal}' of ${name} becomes '${found.newVal ?? ''}'`,
        relation: null,
        hint: `Add the new value beside the old one (\`ALTER TYPE ${name} ADD VALUE '${found.newVal ?? ''}'\`), let programs read both and write the new one, then UPDATE old rows in batches.`,
      },
    ];
  },
});

export const nameRules: readonly ParsedRule[] = [renameTable, renameColumn, renameEnumValue];
