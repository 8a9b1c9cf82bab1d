import type { Session } from '../engines/engine.ts';
import type { Expected } from '../migrate/expected.ts';
import type { Comparison } from '../schema/difference.ts';
import type { Context } from './context.ts';
import { migrateSetup } from './migrate-setup.ts';
import { scratchWish } from './scratch-wish.ts';

export interface SchemaComparison {
  readonly expected: Expected;
  readonly comparison: Comparison;
}

/** The live schema of a session beside what its applied migrations produce. */
export async function compareWithExpected(
  context: Context,
  session: Session,
): Promise<SchemaComparison> {
  const { expectedSchema } = await import('../migrate/expected.ts');
  const { compareFor } = await import('../schema/difference.ts');
  const setup = migrateSetup(context);
  const expected = await expectedSchema(session, setup, await scratchWish(context));
  const actual = await session.schema(setup);
  const { ignore } = context.settings;
  return {
    expected,
    comparison: await compareFor(session.engine, expected.schema, actual, ignore),
  };
}
