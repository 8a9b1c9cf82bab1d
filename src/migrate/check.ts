import type { Scratch } from '../engines/engine.ts';
import { findMigration } from './find.ts';
import { readMigrationFolder } from './folder.ts';
import type { Migration, Source } from './migration.ts';
import { replay } from './replay.ts';
import { openScratch, refuseLeaks, type ScratchBench } from './scratch.ts';
import { type CheckFinding, type Comparing, type RoundTrip, roundTrip } from './round-trip.ts';

export interface CheckResult<Difference> {
  /** The scratch database, for the reader. */
  readonly checkedIn: string;
  readonly limits: readonly string[];
  readonly roundTrips: readonly Pick<
    RoundTrip<Difference>,
    'name' | 'reversible' | 'differences'
  >[];
  readonly findings: readonly CheckFinding[];
  /** Not tried, because one before them cannot be applied. */
  readonly remaining: readonly string[];
}

export interface CheckWish<Difference> extends Comparing<Difference> {
  /** The first migration whose round trip is made; those before are only applied. Null: all. */
  readonly from: string | null;
  /** SQL that fills the tables behind the migration named, so that later ones meet rows. */
  readonly seed: { readonly source: Source; readonly after: string } | null;
}

interface Item {
  readonly migration: Migration;
  /** Else it is only applied. */
  readonly tried: boolean;
}

/**
 * Tries every migration in a scratch database: up, down, and up again. One that is stuck half-way
 * does not keep the next from being tried: that one begins in a new scratch database.
 */
export async function checkMigrations<Difference>(
  bench: ScratchBench,
  wish: CheckWish<Difference>,
): Promise<CheckResult<Difference>> {
  const { engine, setup } = bench;
  const { folder, layout, cwd } = setup;
  const { migrations } = readMigrationFolder({ folder, layout, engine: engine.name, cwd });
  const items = itemsOf(migrations, wish, cwd);
  const trips: RoundTrip<Difference>[] = [];
  let about: Pick<Scratch, 'description' | 'limits'> = { description: '', limits: [] };
  let next = 0;
  while (next < items.length) {
    await using scratch = await openScratch(bench);
    await using session = await scratch.connect();
    about = scratch;
    const at = { scratch, session };
    refuseLeaks(
      at,
      items.flatMap(({ migration: { up, down } }) => (down ? [up, down] : [up])),
    );
    const place = await replay(at, setup, migrationsOf(items.slice(0, next)));
    for (; next < items.length; next++) {
      const item = items[next];
      if (!item) break;
      const { migration, tried } = item;
      if (!tried) {
        await replay(at, setup, [migration]);
        continue;
      }
      setup.onProgress(`checking ${migration.name}`);
      const trip = await roundTrip(place, migration, wish);
      trips.push(trip);
      if (trip.end !== 'applied') break;
    }
    next = trips.at(-1)?.end === 'failed' ? items.length : next + 1;
  }
  const tried = new Set(trips.map(({ name }) => name));
  return {
    checkedIn: about.description,
    limits: about.limits,
    roundTrips: trips.map(({ name, reversible, differences }) => ({
      name,
      reversible,
      differences,
    })),
    findings: trips.flatMap(({ findings }) => findings),
    remaining: items
      .filter((item) => item.tried && !tried.has(item.migration.name))
      .map(({ migration: { name } }) => name),
  };
}

function migrationsOf(items: readonly Item[]): Migration[] {
  return items.map(({ migration }) => migration);
}

/** The migrations with the seed among them. Throws `migration-not-found`. */
function itemsOf(
  migrations: readonly Migration[],
  { from, seed }: Pick<CheckWish<never>, 'from' | 'seed'>,
  cwd: string,
): Item[] {
  const indexOf = (text: string): number =>
    migrations.indexOf(findMigration(migrations, text, cwd));
  const first = from === null ? 0 : indexOf(from);
  const items = migrations.map((migration, index) => ({ migration, tried: index >= first }));
  if (!seed) return items;
  const { source } = seed;
  const rows: Item = {
    migration: { name: source.file, version: [], up: source, down: null },
    tried: false,
  };
  return items.toSpliced(indexOf(seed.after) + 1, 0, rows);
}
