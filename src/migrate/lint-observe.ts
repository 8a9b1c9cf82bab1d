import type { Observation } from '../engines/schema.ts';
import { readMigrationFolder } from './folder.ts';
import { choose, type FileWish } from './lint/choose.ts';
import type { Evidence, StatementEvidence } from './lint/evidence.ts';
import { load } from './load.ts';
import { rowOf } from './record.ts';
import { replay } from './replay.ts';
import { openScratch, type ScratchBench } from './scratch.ts';
import { stepOf } from './step.ts';

export interface ObserveWish extends FileWish {
  /** Names of what is applied; null: not known. */
  readonly applied: ReadonlySet<string> | null;
}

/**
 * Runs every migration in a scratch database, and watches those that are to be looked through.
 * What runs outside a transaction, and functions, cannot be watched.
 */
export async function observeMigrations(
  bench: ScratchBench,
  { applied, ...wish }: ObserveWish,
): Promise<readonly StatementEvidence[]> {
  const { engine, setup } = bench;
  const folder = readMigrationFolder({ ...setup, engine: engine.name });
  const chosen = choose(folder, wish, { applied, cwd: setup.cwd });
  const watched = new Set(chosen.flatMap(({ source, lint }) => (lint ? [source.file] : [])));
  const evidence: StatementEvidence[] = [];
  await using scratch = await openScratch(bench);
  await using session = await scratch.connect();
  const place = await replay({ scratch, session }, setup, []);
  for (const migration of folder.migrations) {
    const { name, up } = migration;
    setup.onProgress(`watching ${name}`);
    const loaded = await load(up, 'up', engine.dialect);
    if (watched.has(up.file) && !loaded.unwrapped && typeof loaded.run !== 'function') {
      const change = { kind: 'insert', row: rowOf(migration, loaded) } as const;
      const { steps } = await place.ledger.rehearse([stepOf(setup, loaded, change)]);
      evidence.push(...evidenceOf(up.file, steps[0] ?? []));
    }
    await replay({ scratch, session }, setup, [migration]);
  }
  return evidence;
}

/** A lock is seen where it is first taken; the statements behind it hold it too. */
function evidenceOf(file: string, observations: readonly Observation[]): StatementEvidence[] {
  const held = new Map<string, string>();
  return observations.map(({ statement, locks, rewritten, scanned }) => {
    for (const { relation, mode } of locks) held.set(relation, mode);
    const relations = new Set([...locks.map(({ relation }) => relation), ...rewritten, ...scanned]);
    const seen = [...relations].map((relation): Evidence => ({
      relation,
      mode: held.get(relation) ?? null,
      rewritten: rewritten.includes(relation),
      scanned: scanned.includes(relation),
    }));
    return { file, statement, seen };
  });
}
