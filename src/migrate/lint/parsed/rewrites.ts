import type { AlterTableCmd } from 'libpg-query';
import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { alterations, type Around, isNew } from './around.ts';
import type { ParsedRule } from './rule.ts';
import { allOf, as, hasOption, quoted, shown } from './tree.ts';

const repack =
  'Use pg_repack, which copies the table while everybody goes on, or do it while nobody works.';

const alterHints: Partial<
  Record<NonNullable<AlterTableCmd['subtype']>, readonly [string, string]>
> = {
  AT_SetUnLogged: ['SET UNLOGGED', `It also makes the rows vanish after a crash. ${repack}`],
  AT_SetLogged: [
    'SET LOGGED',
    'Make a new logged table, copy the rows in batches, and swap the names; or do it while nobody works.',
  ],
  AT_SetTableSpace: ['SET TABLESPACE', repack],
  AT_SetAccessMethod: [
    'SET ACCESS METHOD',
    'Make a new table with it, copy the rows in batches, and swap the names.',
  ],
  AT_SetExpression: [
    'SET EXPRESSION',
    'Where the column is STORED: add a new column with the new expression and let programs use that one.',
  ],
};

/** What a statement that writes whole tables anew is called, with the tables. */
function wholeTables({ node }: Around): readonly [string, ReturnType<typeof shown>][] {
  const cluster = as(node, 'ClusterStmt');
  if (cluster) return [['CLUSTER', cluster.relation ? shown(cluster.relation) : 'every table']];
  const vacuum = as(node, 'VacuumStmt');
  if (!vacuum?.is_vacuumcmd || !hasOption(vacuum.options, 'full')) return [];
  const names = allOf(vacuum.rels, 'VacuumRelation').map(({ relation }) => shown(relation));
  return (names.length > 0 ? names : ['every table']).map((name) => ['VACUUM FULL', name]);
}

const rewriteTable: ParsedRule = rule({
  id: 'rewrite-table',
  level: 'error',
  lock: 'AccessExclusive',
  harm: 'rewrite',
  title: 'a statement that writes a whole table anew',
  why: 'nobody can read or write the table until it and its indexes are written anew',
  check(around): Hit[] {
    const altered = alterations(around).flatMap(({ command, on }): Hit[] => {
      const [what, hint] = alterHints[command.subtype ?? 'AT_AddColumn'] ?? [];
      return what && hint
        ? [{ what: `${what} of ${quoteless(command, on)}`, relation: on, hint }]
        : [];
    });
    const whole = wholeTables(around).map(([what, on]) => ({
      what: `${what} of ${on}`,
      relation: on,
      hint: repack,
    }));
    return [...altered, ...whole];
  },
});

function quoteless({ subtype, name = '' }: AlterTableCmd, on: string): string {
  return subtype === 'AT_SetExpression' ? `${on}.${quoted(name)}` : on;
}

const refresh: ParsedRule = rule({
  id: 'refresh-materialized-view',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: 'rewrite',
  title: 'REFRESH MATERIALIZED VIEW without CONCURRENTLY',
  why: 'nobody can read the view until it is computed anew',
  check(around): Hit[] {
    const found = as(around.node, 'RefreshMatViewStmt');
    if (!found || found.concurrent || isNew(around, found.relation)) return [];
    const on = shown(found.relation);
    return [
      {
        what: `REFRESH MATERIALIZED VIEW ${on}`,
        relation: on,
        hint: `\`REFRESH MATERIALIZED VIEW CONCURRENTLY ${on}\`; it needs a unique index on the view.`,
      },
    ];
  },
});

/** LOCK TABLE's modes by PostgreSQL's own numbers; weaker ones hinder no writer. */
const modes = new Map([
  [5, 'Share'],
  [6, 'ShareRowExclusive'],
  [7, 'Exclusive'],
  [8, 'AccessExclusive'],
]);

const lockTable: ParsedRule = rule({
  id: 'lock-table',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: 'lock',
  title: 'LOCK TABLE in a mode that keeps writers out',
  why: 'nobody can write to it, or even read it, until the transaction ends',
  check(around): Hit[] {
    const found = as(around.node, 'LockStmt');
    const lock = modes.get(found?.mode ?? 0);
    if (lock === undefined) return [];
    return allOf(found?.relations, 'RangeVar')
      .filter((relation) => !isNew(around, relation))
      .map((relation) => ({
        what: `LOCK TABLE ${shown(relation)}`,
        relation: shown(relation),
        lock,
        hint: 'Leave it out: each statement takes the lock that it needs, and jem-db keeps two runners apart.',
      }));
  },
});

export const rewriteRules: readonly ParsedRule[] = [rewriteTable, refresh, lockTable];
