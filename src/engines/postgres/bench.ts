import { JemError } from '../../errors.ts';
import type { RunnerWait } from '../engine.ts';
import type { Facts, LedgerTable } from './facts.ts';
import type { PostgresSession } from './session.ts';

/** What every part of migrating works with. */
export interface Bench {
  readonly session: PostgresSession;
  readonly signal: AbortSignal;
  readonly facts: Facts;
  /** How long to wait for another runner. */
  readonly wait: RunnerWait;
  /** Migrations whose row says that they stopped half-way. */
  readonly unfinished: ReadonlySet<string>;
}

/** The ledger's place. Throws `object-missing` where no schema is there to hold it. */
export function ledgerOf({ facts }: Pick<Bench, 'facts'>): LedgerTable {
  if (facts.ledger) return facts.ledger;
  throw new JemError('object-missing', 'There is no schema for the ledger table', {
    why: 'None of the schemas in the search_path of this connection exists.',
    hint: 'Create one, or name one with --ledger-table SCHEMA.TABLE.',
  });
}
