import type { Session } from '../engines/engine.ts';
import type { MigrationSession } from '../engines/migrating.ts';
import { JemError } from '../errors.ts';
import { lineDifference } from './difference.ts';
import { findMigration } from './find.ts';
import { readFor } from './load.ts';
import type { Migration } from './migration.ts';
import { parseName } from './naming.ts';
import { type MigrateSetup, asOnlyRunner, openWorkplace, type Workplace } from './setup.ts';
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
  wish: { name: string | undefined; onAll: (found: readonly Repaired[]) => Promise<void> },
): Promise<RepairResult> {
  const workplace = await openWorkplace(session, setup);
  await workplace.ledger.prepare();
  const wanted = select(workplace, (await readState(workplace)).problems, wish.name);
  if (wanted.length === 0) return { outcome: 'nothing-to-do', repaired: [] };
  const files = new Map(workplace.folder.migrations.map((each) => [each.name, each]));
  if (wish.name === undefined) {
    const found: Repaired[] = [];
    for (const { name, kind } of wanted) {
      const file = kind === 'changed' ? files.get(name) : undefined;
      found.push({ name, kind, difference: file ? await differenceOf(workplace, file) : null });
    }
    await wish.onAll(found);
  }
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

function select(
  workplace: Workplace,
  problems: readonly Problem[],
  wish: string | undefined,
): readonly Repairable[] {
  const repairable = problems.filter(isRepairable);
  if (wish === undefined) return repairable;
  const name = nameMeant(workplace, repairable, wish);
  const found = repairable.filter((problem) => problem.name === name);
  if (found.length > 0) return found;
  throw new JemError('migration-not-found', `${name} needs no repair`, {
    hint:
      repairable.length > 0
        ? `These do: ${repairable.map((problem) => problem.name).join(', ')}.`
        : 'Nothing is changed, missing or unfinished: `jem-db migrate status`',
  });
}

/** By its name, number or file; that file may be gone, or have another name now. */
function nameMeant(
  { folder, setup }: Workplace,
  repairable: readonly Repairable[],
  wish: string,
): string {
  const typed = wish.replace(/^.*\//, '').replace(/\.(up|down)?(\.\w+)?\.?(sql|[cm]?[jt]s)$/, '');
  if (repairable.some(({ name }) => name === typed)) return typed;
  const names = new Set(repairable.map(({ name }) => name));
  const others = folder.migrations.filter(({ name }) => !names.has(name));
  const candidates = [...[...names].map(asMigration), ...others];
  const troubled = candidates.filter(({ name }) => names.has(name));
  for (const few of [troubled, candidates])
    try {
      return findMigration(few, typed, setup.cwd).name;
    } catch (error) {
      if (few === candidates) throw error;
    }
  return typed;
}

/** What is known of a migration by its name alone. */
function asMigration(name: string): Migration {
  const nothing = { file: name, kind: 'sql', options: {}, read: () => new Uint8Array() } as const;
  return { name, version: parseName(name)?.version ?? [], up: nothing, down: null };
}

/** The text that was applied against the one that stands in the file; null where none was kept. */
async function differenceOf(
  { session, ledger }: Pick<Workplace, 'session' | 'ledger'>,
  { name, up }: Migration,
): Promise<string | null> {
  const { text } = readFor(up, session.engine.dialect);
  const { upSql } = await ledger.texts(name);
  return upSql === null || text === null ? null : lineDifference(upSql, text);
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
    const difference = await differenceOf({ session, ledger }, migration);
    const script = readFor(migration.up, session.engine.dialect);
    const { checksum, upSql, downSql } = rowOf(migration, script);
    await ledger.accept(name, { checksum, upSql, downSql, fileGone: false });
    return difference;
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
