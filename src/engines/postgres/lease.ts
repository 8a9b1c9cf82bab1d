import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { JemError } from '../../errors.ts';
import type { Blocker } from '../migrating.ts';
import { ledgerOf, type Bench } from './bench.ts';
import type { LedgerTable } from './facts.ts';
import { firstRows } from './first-rows.ts';
import { keepToOwner } from './own-table.ts';
import { literal } from './quoting.ts';
import { rollBack } from './rollback.ts';
import { sqlName } from './table-name.ts';

/**
 * What keeps a run through a pooler alone between its transactions, where no lock lasts: a row
 * beside the ledger. It is taken, looked at and prolonged only under the advisory lock of the
 * ledger, in the very transaction that it guards; so who has lost it can commit nothing more.
 */
export interface Lease {
  /** Of this run alone. */
  readonly holder: string;
}

/**
 * How long a lease outlives the last transaction of its holder, in seconds: more than the longest
 * pause between two tries for a lock, and what a runner that was killed makes others wait.
 */
const seconds = 30;
const prolonged = `pg_catalog.clock_timestamp() OPERATOR(pg_catalog.+) '${seconds} s'::pg_catalog.interval`;

/** Whether there is a table of leases, from the catalog as it stands behind the lock. */
export function leaseTableExists({ schema, table }: LedgerTable): string {
  return `SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${literal(schema)} AND c.relname = ${literal(nameOf(table))}) AS leases`;
}

export function leaseIsOurs(ledger: LedgerTable, { holder }: Lease): string {
  return `SELECT EXISTS (SELECT FROM ${leaseTable(ledger)} WHERE holder OPERATOR(pg_catalog.=) ${literal(holder)}) AS ours`;
}

/** Behind the work of a transaction: however long it took, the lease counts from its end. */
export function prolongLease(ledger: LedgerTable, { holder }: Lease): string {
  return `UPDATE ${leaseTable(ledger)} SET expires = ${prolonged} WHERE holder OPERATOR(pg_catalog.=) ${literal(holder)}`;
}

/** Takes the lease in an open transaction that has the lock, and ends it; null: another has it. */
export async function takeLease({ session, facts }: Bench): Promise<Lease | null> {
  const ledger = ledgerOf({ facts });
  const table = leaseTable(ledger);
  const lease = { holder: randomUUID() };
  const who = `process ${process.pid} on ${hostname()} (${facts.appliedBy}, through a pooler)`;
  try {
    const { leases } = await firstRows(session, leaseTableExists(ledger));
    if (leases !== true) {
      await session.query(createLeases(table));
      await keepToOwner(session, table);
    }
    const taken =
      await session.query(`INSERT INTO ${table} AS l (only_one, holder, who, since, expires)
      VALUES (true, ${literal(lease.holder)}, ${literal(who)}, pg_catalog.clock_timestamp(), ${prolonged})
      ON CONFLICT (only_one) DO UPDATE SET holder = excluded.holder, who = excluded.who, since = excluded.since, expires = excluded.expires
      WHERE l.expires OPERATOR(pg_catalog.<=) pg_catalog.clock_timestamp() RETURNING holder`);
    if (taken.length > 0) await session.query('COMMIT');
    return taken.length > 0 ? lease : null;
  } finally {
    await rollBack(session.client);
  }
}

function createLeases(table: string): string {
  return `CREATE TABLE ${table} (
  only_one boolean PRIMARY KEY CHECK (only_one),
  holder text NOT NULL,
  who text NOT NULL,
  since timestamptz NOT NULL,
  expires timestamptz NOT NULL);
COMMENT ON TABLE ${table} IS 'Which run of jem-db works through a connection pooler just now.'`;
}

/** Never throws: a lease that cannot be given back runs out. */
export async function giveBack({ session, facts }: Bench, { holder }: Lease): Promise<void> {
  const table = leaseTable(ledgerOf({ facts }));
  await session.client
    .query(`DELETE FROM ${table} WHERE holder = ${literal(holder)}`)
    .then(done, done);
}

function done(): void {}

/**
 * Under the lock of the session: takes away a lease that has run out, so that its holder, should it
 * go on, finds it gone. False: a run through a pooler is at work.
 */
export async function clearLease({ session, facts }: Bench): Promise<boolean> {
  const table = leaseTable(ledgerOf({ facts }));
  await session.query(`DELETE FROM ${table} WHERE expires <= clock_timestamp()`);
  return (await session.query(`SELECT FROM ${table}`)).length === 0;
}

/** Who else works through a pooler, as far as can be seen without the lock; null: nobody does. */
export async function leaseHolder({ session, facts, lease }: Bench): Promise<Blocker | null> {
  const ledger = ledgerOf({ facts });
  const { leases } = await firstRows(session, leaseTableExists(ledger));
  if (leases !== true) return null;
  const [row] = await session.query(
    `SELECT who, to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
     FROM ${leaseTable(ledger)} WHERE expires > clock_timestamp() AND holder <> $1`,
    [lease?.holder ?? ''],
  );
  return row ? { description: `${String(row['who'])}, since ${String(row['since'])}` } : null;
}

export function leaseLost(): JemError {
  return new JemError('runner-busy', 'Stopped: another runner has taken this database over', {
    why: `This run goes through a pooler, where its place is kept for ${seconds} s behind each migration; it was silent for longer, and another runner began. Nothing of this migration was applied.`,
    hint: 'Look at it (`jem-db migrate status`), then run this again.',
  });
}

function leaseTable({ schema, table }: LedgerTable): string {
  return sqlName({ schema, table: nameOf(table) });
}

function nameOf(ledger: string): string {
  return `${ledger}_runner`;
}
