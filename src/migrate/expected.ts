import type { Schema } from '../engines/schema.ts';
import type { Session } from '../engines/engine.ts';
import { JemError } from '../errors.ts';
import { asApplied, replay } from './replay.ts';
import { openScratch, type ScratchWish } from './scratch.ts';
import { type MigrateSetup, openWorkplace, type Workplace } from './setup.ts';
import { type Problem, readState, type State } from './state.ts';

/** The schema that the applied migrations produce. */
export interface Expected {
  readonly schema: Schema;
  /** `recorded`: it is what the last run left behind, with what had drifted before that. */
  readonly way: 'replayed' | 'recorded';
  /** How it was found out, for the reader. */
  readonly from: string;
  /** What the way that was taken does not prove. */
  readonly limits: readonly string[];
  readonly applied: number;
  readonly pending: readonly string[];
  readonly problems: readonly Problem[];
}

type Found = Pick<Expected, 'schema' | 'way' | 'from' | 'limits'>;

/**
 * Finds out what the applied migrations produce: by replaying them in a scratch database, else by
 * the picture that the last `migrate up` recorded. Throws `scratch-unavailable` where neither can
 * be had, and the errors of a migration that fails when it is replayed.
 */
export async function expectedSchema(
  session: Session,
  setup: MigrateSetup,
  wish: ScratchWish,
): Promise<Expected> {
  const workplace = await openWorkplace(session, setup);
  const state = await readState(workplace);
  refuseUnfinished(state);
  const { applied, pending, problems } = state;
  const about = { applied: applied.length, pending: pending.map(({ name }) => name), problems };
  if (wish.recorded) return { ...(await recorded(workplace)), ...about };
  try {
    return { ...(await replayed(workplace, state, wish)), ...about };
  } catch (error) {
    if (!(error instanceof JemError) || error.code !== 'scratch-unavailable') throw error;
    const found = await recorded(workplace).catch(() => null);
    if (found === null) throw error;
    setup.onNote(`No scratch database was to be had (${error.message})`);
    return { ...found, ...about };
  }
}

/** What a half-done migration has made nobody can tell. */
function refuseUnfinished({ unfinished }: State): void {
  const [first] = unfinished;
  if (!first) return;
  throw new JemError('migration-unfinished', `${first.name} stopped half-way`, {
    why: 'Which of its statements were done cannot be replayed.',
    hint: 'Finish it (`jem-db migrate up`), or forget the try: see `jem-db migrate status`.',
  });
}

async function replayed(
  workplace: Workplace,
  { applied }: State,
  wish: ScratchWish,
): Promise<Found> {
  const { setup } = workplace;
  const migrations = await asApplied(workplace, applied);
  const { engine } = workplace.session;
  await using scratch = await openScratch({ engine, like: workplace.session, setup, wish });
  await using session = await scratch.connect();
  setup.onProgress(`replaying ${migrations.length} migrations`);
  await replay({ scratch, session }, setup, migrations);
  return {
    schema: await session.schema(setup),
    way: 'replayed',
    from: `${migrations.length} applied ${migrations.length === 1 ? 'migration' : 'migrations'}, replayed in ${scratch.description}`,
    limits: scratch.limits,
  };
}

async function recorded({ ledger }: Workplace): Promise<Found> {
  const found = await ledger.recordedSchema?.();
  if (!found)
    throw new JemError('scratch-unavailable', 'No recorded schema fits the ledger', {
      why: 'The last `migrate up` recorded none, or the ledger was changed since.',
      hint: 'Let jem-db replay the migrations: leave out `--scratch recorded`.',
    });
  return {
    schema: found.schema,
    way: 'recorded',
    from: `the schema that the last run recorded, ${found.recordedAt.slice(0, 16).replace('T', ' ')} UTC`,
    limits: [
      'It does not prove that the files still produce this schema, and what had drifted before that run is taken for right.',
    ],
  };
}
