import { JemError } from '../../errors.ts';
import type { RunnerWait } from '../migrating.ts';
import type { Facts, LedgerTable } from './facts.ts';
import type { Lease } from './lease.ts';
import { identifier } from './quoting.ts';
import type { PostgresSession } from './session.ts';

/** What every part of migrating works with. */
export interface Bench {
  readonly session: PostgresSession;
  readonly signal: AbortSignal;
  readonly facts: Facts;
  /** How long to wait for another runner. */
  readonly wait: RunnerWait;
  /** null: the lock of the session keeps others away, or nobody needs to be kept away. */
  readonly lease: Lease | null;
  /** Migrations whose row says that they stopped half-way. */
  readonly unfinished: ReadonlySet<string>;
}

/** The ledger's place. Throws `object-missing` or `permission-denied` where no schema can hold it. */
export function ledgerOf({ facts }: Pick<Bench, 'facts'>): LedgerTable {
  if (facts.ledger) return facts.ledger;
  if (facts.closedSchemas.length > 0) throw mayNotUse(facts);
  throw new JemError('object-missing', 'There is no schema for the ledger table', {
    why: 'None of the schemas in the search_path of this connection exists.',
    hint: 'Create one, or name one with --ledger-table SCHEMA.TABLE.',
  });
}

/** Throws `permission-denied` where a ledger was not found because all its schemas are closed. */
export function refuseUnseen(facts: Facts): void {
  if (facts.ledger !== null || facts.closedSchemas.length === 0) return;
  const names = facts.closedSchemas.map(identifier).join(', ');
  const role = identifier(facts.user);
  throw new JemError('permission-denied', `The role ${role} cannot see whether there is a ledger`, {
    why: `It lacks the right USAGE on ${names}, where the ledger table may be.`,
    hint: `Let the owner or a superuser grant it: GRANT USAGE ON SCHEMA ${names} TO ${role}; and SELECT on the ledger table. Or name the table: --ledger-table SCHEMA.TABLE.`,
  });
}

function mayNotUse({ closedSchemas, user }: Facts): JemError {
  const names = closedSchemas.map(identifier).join(', ');
  const role = identifier(user);
  return new JemError(
    'permission-denied',
    `The role ${role} may use no schema for the ledger table`,
    {
      why: `It lacks the right USAGE on ${names}, and the search_path of this connection leads to no other schema that exists.`,
      hint: `Let the owner or a superuser grant it: GRANT USAGE, CREATE ON SCHEMA ${names} TO ${role}; or name another schema with --ledger-table SCHEMA.TABLE.`,
    },
  );
}
