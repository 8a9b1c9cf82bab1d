import type { IndexStmt } from 'libpg-query';
import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { type Around, isNew, isNewTable } from './around.ts';
import { keyOfParts, tableNamed, tableOf } from './model.ts';
import type { ParsedRule } from './rule.ts';
import { as, hasOption, partsOf, quoted, shown, shownParts } from './tree.ts';

const createIndex: ParsedRule = rule({
  id: 'create-index',
  level: 'warning',
  lock: 'Share',
  harm: 'scan',
  title: 'CREATE INDEX without CONCURRENTLY',
  why: 'nobody can write to the table until the index is built over every row',
  check(around) {
    const index = as(around.node, 'IndexStmt');
    if (!index || index.concurrent || isNew(around, index.relation)) return [];
    if (tableOf(around.model, index.relation)?.partitioned) return [];
    const [name, on] = [index.idxname ? ` ${quoted(index.idxname)}` : '', shown(index.relation)];
    const unique = index.unique ? 'UNIQUE ' : '';
    return [
      {
        what: `CREATE ${unique}INDEX${name} on ${on}`,
        relation: on,
        hint: `\`CREATE ${unique}INDEX CONCURRENTLY${name} ON ${on} …\` in a migration of its own.`,
      },
    ];
  },
});

const createIndexPartitioned: ParsedRule = rule({
  id: 'create-index-partitioned',
  level: 'warning',
  lock: 'Share',
  harm: 'scan',
  title: 'CREATE INDEX on a partitioned table',
  why: 'nobody can write to any partition until the index is built over all of them',
  check(around) {
    const index = as(around.node, 'IndexStmt');
    if (!index || isNew(around, index.relation)) return [];
    if (!tableOf(around.model, index.relation)?.partitioned) return [];
    return partitionedHits(index);
  },
});

function partitionedHits(index: IndexStmt): Hit[] {
  const on = shown(index.relation);
  const name = quoted(index.idxname ?? 'NAME');
  if (index.relation?.inh !== true && !index.concurrent) return [];
  const hit = {
    what: `CREATE INDEX ${name} on the partitioned ${on}`,
    relation: on,
    hint: `\`CREATE INDEX ${name} ON ONLY ${on} …\`, then CREATE INDEX CONCURRENTLY on each partition in a migration of its own, then \`ALTER INDEX ${name} ATTACH PARTITION …\` for each.`,
  };
  if (!index.concurrent) return [hit];
  return [
    {
      ...hit,
      what: `CREATE INDEX CONCURRENTLY ${name} on the partitioned ${on}`,
      level: 'error',
      lock: null,
      harm: null,
      why: 'PostgreSQL refuses CONCURRENTLY on a partitioned table',
    },
  ];
}

const dropIndex: ParsedRule = rule({
  id: 'drop-index',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: 'lock',
  title: 'DROP INDEX without CONCURRENTLY',
  why: 'its table is locked against everybody until the transaction ends, behind whatever query is running on it',
  check(around) {
    const drop = as(around.node, 'DropStmt');
    if (drop?.removeType !== 'OBJECT_INDEX' || drop.concurrent) return [];
    return (drop.objects ?? []).flatMap((object): Hit[] => {
      const parts = partsOf(object);
      const owner = around.model.indexes.get(keyOfParts(parts));
      const table = owner === undefined ? null : tableNamed(around.model, owner);
      // Of a partitioned table's index PostgreSQL drops all parts at once, or none.
      if (isNewTable(around, table) || table?.partitioned) return [];
      const name = shownParts(parts);
      return [
        {
          what: `DROP INDEX ${name}${owner === undefined ? '' : ` of ${owner}`}`,
          relation: owner ?? name,
          hint: `\`DROP INDEX CONCURRENTLY ${name}\` in a migration of its own.`,
        },
      ];
    });
  },
});

const reindex: ParsedRule = rule({
  id: 'reindex',
  level: 'warning',
  lock: 'Share',
  harm: 'scan',
  title: 'REINDEX without CONCURRENTLY',
  why: 'nobody can write to the table, and queries wait for the index, until it is built anew',
  check(around) {
    const found = as(around.node, 'ReindexStmt');
    if (!found || hasOption(found.params, 'concurrently') || isNewIndex(around)) return [];
    const name = found.relation ? shown(found.relation) : (found.name ?? '');
    return [
      {
        what: `REINDEX ${name}`.trimEnd(),
        relation: name,
        hint: 'Write REINDEX … CONCURRENTLY, in a migration of its own.',
      },
    ];
  },
});

function isNewIndex(around: Around): boolean {
  const found = as(around.node, 'ReindexStmt');
  return isNew(around, found?.relation);
}

export const indexRules: readonly ParsedRule[] = [
  createIndex,
  createIndexPartitioned,
  dropIndex,
  reindex,
];
