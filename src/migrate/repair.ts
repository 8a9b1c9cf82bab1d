import type { MigrationSession, Session } from '../engines/engine.ts';
import { JemError } from '../errors.ts';
import { lineDifference } from './difference.ts';
import { readFor } from './load.ts';
import type { Migration } from './migration.ts';
import { type MigrateSetup, asOnlyRunner, openWorkplace } from './setup.ts';
import { type Problem, readState } from './state.ts';
import { rowOf } from './record.ts';

export interface Repaired {
  readonly name: string;
  readonly kind: 'changed' | 'missing' | 'renamed' | 'unfinished' | 'half-reverted';
  /** A changed file: the text that was applied against the one accepted; null where none was kept. */
  readonly difference: string | null;
}

export interface RepairResult {
  readonly outcome: 'repaired' | 'nothing-to-do';
  readonly repaired: readonly Repaired[];
}

/**
 * Accepts changed and vanished files knowingly, and forgets unfinished tries: one when named,
 * else all, after `onAll` agreed. Only the ledger changes. Throws `migration-not-found` where
 * the named one has no such problem.
 */
export async function migrateRepair(
  session: Session,
  setup: MigrateSetup,
  wish: { name: string | undefined; onAll: (problems: readonly Problem[]) => Promise<void> },
): Promise<RepairResult> {
  const workplace = await openWorkplace(session, setup);
  await workplace.ledger.prepare();
  const wanted = select((await readState(workplace)).problems, wish.name);
  if (wanted.length === 0) return { outcome: 'nothing-to-do', repaired: [] };
  if (wish.name === undefined) await wish.onAll(wanted);
  const files = new Map(workplace.folder.migrations.map((each) => [each.name, each]));
  return asOnlyRunner(workplace, async () => {
    const repaired: Repaired[] = [];
    const still = (await readState(workplace)).problems;
    // Another runner may have finished or mended it meanwhile: then there is nothing to forget.
    const same = wanted.filter((one) =>
      still.some(({ name, kind }) => name === one.name && kind === one.kind),
    );
    for (const { name, kind, renamedTo } of same) {
      const file = files.get(renamedTo ?? name);
      const difference = await repair[kind](session, workplace.ledger, name, file);
      repaired.push({ name, kind, difference });
    }
    return { outcome: repaired.length > 0 ? 'repaired' : 'nothing-to-do', repaired };
  });
}

type Repairable = Problem & { readonly kind: Repaired['kind'] };

function isRepairable(problem: Problem): problem is Repairable {
  return Object.hasOwn(repair, problem.kind);
}

function select(problems: readonly Problem[], wish: string | undefined): readonly Repairable[] {
  const repairable = problems.filter(isRepairable);
  if (wish === undefined) return repairable;
  const name = wish.replace(/^.*\//, '').replace(/\.(up|down)?(\.\w+)?\.?(sql|[cm]?[jt]s)$/, '');
  const found = repairable.filter((problem) => problem.name === wish || problem.name === name);
  if (found.length > 0) return found;
  throw new JemError('migration-not-found', `${wish} needs no repair`, {
    hint:
      repairable.length > 0
        ? `These do: ${repairable.map((problem) => problem.name).join(', ')}.`
        : 'Nothing is changed, missing or unfinished: `jem-db migrate status`',
  });
}

type Repair = (
  session: Session,
  ledger: MigrationSession,
  name: string,
  migration: Migration | undefined,
) => Promise<string | null>;

const forget: Repair = async (_session, ledger, name) => {
  await ledger.record([{ kind: 'delete', name }]);
  return null;
};

const repair: Readonly<Record<Repaired['kind'], Repair>> = {
  async changed(session, ledger, name, migration) {
    if (!migration) return null;
    const script = readFor(migration.up, session.engine.dialect);
    const before = await ledger.texts(name);
    const { checksum, upSql, downSql } = rowOf(migration, script);
    await ledger.accept(name, { checksum, upSql, downSql, fileGone: false });
    return before.upSql === null || upSql === null ? null : lineDifference(before.upSql, upSql);
  },
  async missing(_session, ledger, name) {
    const row = (await ledger.read())?.find((each) => each.name === name);
    const texts = await ledger.texts(name);
    if (row) await ledger.accept(name, { ...texts, checksum: row.checksum, fileGone: true });
    return null;
  },
  async renamed(session, ledger, name, migration) {
    if (!migration) return null;
    const script = readFor(migration.up, session.engine.dialect);
    const { name: renamedTo, checksum, upSql, downSql } = rowOf(migration, script);
    await ledger.accept(name, { name: renamedTo, checksum, upSql, downSql, fileGone: false });
    return null;
  },
  unfinished: forget,
  'half-reverted': forget,
};
