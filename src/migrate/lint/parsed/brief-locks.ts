import type { AlterTableCmd } from 'libpg-query';
import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { alterations, type Around, isNew } from './around.ts';
import { inlineForeignKeys } from './constraints.ts';
import { keyOfParts, tableNamed } from './model.ts';
import type { ParsedRule } from './rule.ts';
import { as, partsOf, shown, shownParts } from './tree.ts';

type Subtype = NonNullable<AlterTableCmd['subtype']>;

/** Commands of ALTER TABLE that let everybody go on (ShareUpdateExclusive or weaker). */
const gentle = new Set<Subtype>([
  'AT_SetStatistics',
  'AT_SetRelOptions',
  'AT_ResetRelOptions',
  'AT_SetOptions',
  'AT_ResetOptions',
  'AT_ValidateConstraint',
  'AT_ClusterOn',
  'AT_DropCluster',
  'AT_AttachPartition',
]);

/** Commands that keep writers out, and let readers go on. */
const keepsWritersOut = new Set<Subtype>([
  'AT_EnableTrig',
  'AT_EnableAlwaysTrig',
  'AT_EnableReplicaTrig',
  'AT_DisableTrig',
  'AT_EnableTrigAll',
  'AT_DisableTrigAll',
  'AT_EnableTrigUser',
  'AT_DisableTrigUser',
]);

/** A strong lock that one statement takes for a moment, or for as long as its transaction lasts. */
export interface BriefLock {
  readonly what: string;
  readonly relation: string;
  readonly lock: 'AccessExclusive' | 'ShareRowExclusive';
}

/** The strong locks on tables that were there before, whatever else the statement does. */
export function briefLocks(around: Around): readonly BriefLock[] {
  return [...altered(around), ...madeOnTable(around), ...dropped(around), ...parents(around)];
}

function altered(around: Around): BriefLock[] {
  return alterations(around).flatMap(({ command: { subtype = 'AT_AddColumn', def }, on }) => {
    if (gentle.has(subtype)) return [];
    const foreign = as(def, 'Constraint')?.contype === 'CONSTR_FOREIGN';
    const lock = keepsWritersOut.has(subtype) || foreign ? 'ShareRowExclusive' : 'AccessExclusive';
    return [{ what: `ALTER TABLE ${on} ${inWords(subtype)}`, relation: on, lock }];
  });
}

/** `AT_AddColumn` → `ADD COLUMN`. */
function inWords(subtype: Subtype): string {
  return subtype
    .replace('AT_', '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
}

function madeOnTable(around: Around): BriefLock[] {
  const trigger = as(around.node, 'CreateTrigStmt');
  const policy = as(around.node, 'CreatePolicyStmt') ?? as(around.node, 'AlterPolicyStmt');
  const relation = trigger?.relation ?? policy?.table;
  if (!relation || isNew(around, relation)) return [];
  const on = shown(relation);
  if (policy) return [{ what: `a policy on ${on}`, relation: on, lock: 'AccessExclusive' }];
  return [{ what: `CREATE TRIGGER on ${on}`, relation: on, lock: 'ShareRowExclusive' }];
}

function dropped(around: Around): BriefLock[] {
  const drop = as(around.node, 'DropStmt');
  const kinds = {
    OBJECT_TRIGGER: 'TRIGGER',
    OBJECT_POLICY: 'POLICY',
    OBJECT_RULE: 'RULE',
  } as const;
  const kind = Object.entries(kinds).find(([type]) => type === drop?.removeType)?.[1];
  if (kind === undefined) return [];
  return (drop?.objects ?? []).map(partsOf).flatMap((parts): BriefLock[] => {
    const table = parts.slice(0, -1);
    const known = tableNamed(around.model, keyOfParts(table));
    if (known?.madeIn === around.fileNumber) return [];
    const on = shownParts(table);
    return [{ what: `DROP ${kind} on ${on}`, relation: on, lock: 'AccessExclusive' }];
  });
}

/** Tables that a new table or column refers to. */
function parents(around: Around): BriefLock[] {
  const create = as(around.node, 'CreateStmt');
  const added = alterations(around).flatMap(({ command }) => (command.def ? [command.def] : []));
  return inlineForeignKeys(create?.tableElts ?? added).flatMap(({ pktable }): BriefLock[] => {
    if (!pktable || isNew(around, pktable)) return [];
    const on = shown(pktable);
    return [{ what: `a new reference to ${on}`, relation: on, lock: 'ShareRowExclusive' }];
  });
}

const hint =
  'Nothing to change: jem-db gives up waiting for the lock after `lockTimeout`, and tries again. Keep the file short, so that the lock is held for a moment.';

const briefExclusiveLock: ParsedRule = rule({
  id: 'brief-exclusive-lock',
  level: 'note',
  optIn: true,
  lock: 'AccessExclusive',
  harm: 'lock',
  title: 'a lock against readers and writers, for a moment',
  why: 'whoever comes while it waits for running queries waits behind it',
  check: (around): Hit[] =>
    briefLocks(around)
      .filter(({ lock }) => lock === 'AccessExclusive')
      .map((found) => ({ ...found, hint })),
});

const briefWriteLock: ParsedRule = rule({
  id: 'brief-write-lock',
  level: 'note',
  optIn: true,
  lock: 'ShareRowExclusive',
  harm: 'lock',
  title: 'a lock against writers, for a moment',
  why: 'writers who come while it waits for running transactions wait behind it',
  check: (around): Hit[] =>
    briefLocks(around)
      .filter(({ lock }) => lock === 'ShareRowExclusive')
      .map((found) => ({ ...found, hint })),
});

export const briefLockRules: readonly ParsedRule[] = [briefExclusiveLock, briefWriteLock];
