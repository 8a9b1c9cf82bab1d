import type { Session } from '../engines/engine.ts';
import type { LedgerRow } from '../engines/migrating.ts';
import { JemError } from '../errors.ts';
import { load, type Loaded } from './load.ts';
import { readFileOptions } from '../sql/options.ts';
import { keptSource } from './replay.ts';
import type { Migration, Source } from './migration.ts';
import { findMigration } from './find.ts';
import { groupedRunner } from './group.ts';
import { failedAt, type Failed, type Timed } from './outcome.ts';
import { placeOf } from './progress.ts';
import { halfDone } from './resume.ts';
import { runInOrder } from './runner.ts';
import {
  asOnlyRunner,
  openWorkplace,
  type MigrateSetup,
  recordSchema,
  type Workplace,
} from './setup.ts';
import { readState } from './state.ts';

export interface DownWish {
  /** The migration that stays applied; `0`: none does. */
  readonly to?: string | undefined;
  readonly step?: number | undefined;
  /** Told what will be reverted when it is everything; throws to stop. */
  readonly onAll: (names: readonly string[]) => Promise<void>;
}

export interface DownResult {
  readonly outcome: 'reverted' | 'nothing-to-do' | 'failed';
  readonly reverted: readonly Timed[];
  readonly failed?: Failed;
  readonly remaining: readonly string[];
}

/**
 * Reverts migrations, the one applied last first, each in its own transaction with its row of
 * the ledger. The file's own way down is used, else the text kept when it was applied. Throws
 * `migration-not-reversible` before anything runs where one has none.
 */
export async function migrateDown(
  session: Session,
  setup: MigrateSetup,
  wish: DownWish,
): Promise<DownResult> {
  const workplace = await openWorkplace(session, setup);
  await workplace.ledger.prepare();
  const wanted = await selected(workplace, wish);
  if (wanted.length === 0) return { outcome: 'nothing-to-do', reverted: [], remaining: [] };
  const names = wanted.map(({ name }) => name);
  const before = new Set((await workplace.ledger.read())?.map(({ name }) => name));
  const everything = wanted.length === before.size;
  if (wish.to === '0' || (everything && wanted.length > 1)) await wish.onAll(names);
  return asOnlyRunner(workplace, async () => {
    const ways = new Map<string, Loaded>();
    const now = ((await workplace.ledger.read()) ?? []).map(({ name }) => name);
    const still = new Set(now);
    const newer = now.filter((name) => !before.has(name));
    if (newer.length > 0) throw overtaken(newer);
    for (const name of names) if (still.has(name)) ways.set(name, await wayDown(workplace, name));
    const result = await revertAll(workplace, ways);
    await recordSchema(workplace);
    return result;
  });
}

async function selected(workplace: Workplace, { to, step }: DownWish): Promise<LedgerRow[]> {
  const { applied, unfinished } = await readState(workplace);
  const latestFirst = [...applied, ...unfinished].toReversed();
  if (to === undefined) return latestFirst.slice(0, step ?? 1);
  if (to === '0') return latestFirst;
  // The file of an applied migration may be gone.
  const known = latestFirst.some((row) => row.name === to);
  const { name } = known
    ? { name: to }
    : findMigration(workplace.folder.migrations, to, workplace.setup.cwd);
  const stays = latestFirst.findIndex((row) => row.name === name);
  if (stays >= 0) return latestFirst.slice(0, stays);
  throw new JemError(
    'migration-not-found',
    `${name} is not applied, so there is no way down to it`,
    {
      hint: 'See what is applied: `jem-db migrate status`',
    },
  );
}

/** What another runner applied meanwhile stands on what was to be reverted; nobody was asked. */
function overtaken(names: readonly string[]): JemError {
  return new JemError('runner-busy', 'Stopped: another runner has applied more meanwhile', {
    why: `It applied ${names.join(', ')}. Nothing was reverted.`,
    hint: 'Look at it (`jem-db migrate status`), then run this again.',
  });
}

async function wayDown(workplace: Workplace, name: string): Promise<Loaded> {
  const { folder, session } = workplace;
  const { dialect } = session.engine;
  const migration = folder.migrations.find((each) => each.name === name);
  if (migration) refuseIrreversible(migration);
  const source = migration?.down ?? (await keptWayDown(workplace, name));
  if (source) return load(source, 'down', dialect);
  throw new JemError('migration-not-reversible', `${name} has no way down`, {
    why: migration
      ? `${migration.up.file} has none beside it, nor in it.`
      : 'Its file is gone, and no way down was kept when it was applied.',
    hint: 'Write one, or restore a backup from before the migration. Nothing was reverted.',
  });
}

function refuseText(name: string, { file, read }: Source): void {
  const { irreversible } = readFileOptions(read(), file);
  if (irreversible === null) return;
  throw new JemError('migration-not-reversible', `${name} cannot be reverted`, {
    why: `${file} says: irreversible because ${irreversible}`,
    hint: 'Restore a backup from before the migration. Nothing was reverted.',
  });
}

function refuseIrreversible({ name, up, down }: Migration): void {
  for (const source of [up, ...(down ? [down] : [])])
    if (source.kind === 'sql') refuseText(name, source);
}

async function keptWayDown({ ledger }: Workplace, name: string): Promise<Source | null> {
  const { upSql, downSql } = await ledger.texts(name);
  if (downSql === null) return null;
  for (const text of [upSql, downSql]) if (text !== null) refuseText(name, keptSource(name, text));
  return keptSource(name, downSql);
}

async function revertAll(
  workplace: Workplace,
  ways: ReadonlyMap<string, Loaded>,
): Promise<DownResult> {
  const { setup } = workplace;
  const names = [...ways.keys()];
  const run = groupedRunner(
    workplace,
    ways,
    async (name, loaded) => ({ name, loaded, change: { kind: 'delete', name } }),
    (now) => setup.onProgress(`reverting ${placeOf(now, names)}`),
  );
  const reverted: Timed[] = [];
  let done = 0;
  try {
    await runInOrder(ways, 'down', async (name) => {
      const { outcome, durationMs } = await run(name);
      if (outcome === 'done') reverted.push({ name, durationMs: Math.round(durationMs) });
      done++;
    });
  } catch (error) {
    const told = await halfDone(workplace, names[done], error);
    throw failedAt(told, done, names, { reverted });
  }
  return { outcome: 'reverted', reverted, remaining: [] };
}
