import type { RangeVar } from 'libpg-query';
import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { alterations, isNew, isNewTable } from './around.ts';
import { tableOf } from './model.ts';
import type { ParsedRule } from './rule.ts';
import { allOf, as, shown } from './tree.ts';

const attachPartition: ParsedRule = rule({
  id: 'attach-partition',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: 'scan',
  title: 'ATTACH PARTITION of a table without a CHECK that fits',
  why: 'every row of the new partition is read to prove its bounds, and nobody can read or write it meanwhile',
  check: (around) =>
    alterations(around).flatMap(({ command, on }): Hit[] => {
      const child = as(command.def, 'PartitionCmd')?.name;
      if (command.subtype !== 'AT_AttachPartition') return [];
      const table = tableOf(around.model, child);
      const hasCheck = table?.checks.some(({ valid, notNullOf }) => valid && notNullOf === null);
      if (isNewTable(around, table) || hasCheck) return [];
      const name = shown(child);
      return [
        {
          what: `ATTACH PARTITION ${name} to ${on}`,
          relation: name,
          hint: `First \`ALTER TABLE ${name} ADD CONSTRAINT … CHECK (the same bounds, and NOT NULL) NOT VALID\` and VALIDATE it in a migration of its own: then ATTACH reads nothing. A default partition is read too: give it a CHECK that leaves these bounds out.`,
        },
      ];
    }),
});

const detachPartition: ParsedRule = rule({
  id: 'detach-partition',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: 'lock',
  title: 'DETACH PARTITION without CONCURRENTLY',
  why: 'the whole partitioned table is locked against everybody until the transaction ends, behind whatever query is running on it',
  check: (around) =>
    alterations(around).flatMap(({ command, on }): Hit[] => {
      const partition = as(command.def, 'PartitionCmd');
      if (command.subtype !== 'AT_DetachPartition' || partition?.concurrent) return [];
      return [
        {
          what: `DETACH PARTITION ${shown(partition?.name)} from ${on}`,
          relation: on,
          hint: `\`ALTER TABLE ${on} DETACH PARTITION ${shown(partition?.name)} CONCURRENTLY\` in a migration of its own (not where there is a default partition).`,
        },
      ];
    }),
});

const createPartition: ParsedRule = rule({
  id: 'create-partition',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: 'lock',
  title: 'CREATE TABLE … PARTITION OF',
  why: 'the whole partitioned table is locked against everybody until the transaction ends, and a default partition is read from end to end',
  check(around): Hit[] {
    const create = as(around.node, 'CreateStmt');
    const parent: RangeVar | undefined = allOf(create?.inhRelations, 'RangeVar')[0];
    if (!create?.partbound || !parent || isNew(around, parent)) return [];
    const [name, on] = [shown(create.relation), shown(parent)];
    return [
      {
        what: `CREATE TABLE ${name} PARTITION OF ${on}`,
        relation: on,
        hint: `\`CREATE TABLE ${name} (LIKE ${on} INCLUDING ALL)\`, then \`ALTER TABLE ${on} ATTACH PARTITION ${name} FOR VALUES …\`, which lets everybody go on.`,
      },
    ];
  },
});

export const partitionRules: readonly ParsedRule[] = [
  attachPartition,
  detachPartition,
  createPartition,
];
