import type { Session } from '../engines/engine.ts';
import { type MigrateSetup, openWorkplace } from './setup.ts';
import { type Problem, readState } from './state.ts';

export interface StatusResult {
  readonly applied: readonly {
    readonly name: string;
    readonly checksum: string;
    readonly appliedAt: string;
    readonly durationMs: number;
  }[];
  readonly pending: readonly { readonly name: string }[];
  readonly problems: readonly Problem[];
}

/** What is applied, what is pending, and what is not as it should be. Changes nothing. */
export async function migrateStatus(session: Session, setup: MigrateSetup): Promise<StatusResult> {
  const { applied, pending, problems } = await readState(await openWorkplace(session, setup));
  return {
    applied: applied.map(({ name, checksum, appliedAt, durationMs }) => ({
      name,
      checksum,
      appliedAt,
      durationMs,
    })),
    pending: pending.map(({ name }) => ({ name })),
    problems,
  };
}
