import type { Content, TakenBackup } from '../../backing-up.ts';
import type { PostgresSession } from '../session.ts';
import { contentOf } from './content.ts';
import { type Inventory, readInventory } from './inventory.ts';
import { pins } from './pins.ts';
import { cancellable } from './readers.ts';
import type { Snapshot } from './snapshot.ts';

type Structure = Pick<TakenBackup, 'schema' | 'ledger'>;

interface StructureOptions {
  readonly ledgerTable: string;
  readonly signal: AbortSignal;
}

/** The schema and the migrations' ledger, in the transaction of a snapshot. */
export function readStructure(
  session: PostgresSession,
  { ledgerTable, signal }: StructureOptions,
): Promise<Structure> {
  return cancellable(session, signal, async () => ({
    ledger: await ledgerOf(session, { ledgerTable, signal }),
    schema: await session.schema({ ledgerTable, signal }),
  }));
}

export interface ContentReading {
  readonly jobs: number;
  readonly signal: AbortSignal;
  /** Told what will be read, before it is. */
  readonly onInventory: (inventory: Inventory) => void;
  /** Told what was read just now. */
  readonly onRead: (bytes: number, what: string) => void;
}

/** The fingerprints of all tables, in the transaction of a snapshot. */
export async function readContent(
  session: PostgresSession,
  snapshot: Snapshot,
  { jobs, signal, onInventory, onRead }: ContentReading,
): Promise<Content> {
  await session.query(pins().join('; '));
  const inventory = await readInventory(session);
  onInventory(inventory);
  return contentOf(session, snapshot, { inventory, signal, jobs, onRead });
}

/** A ledger that is not there is an error to the server, which would end the transaction. */
async function ledgerOf(
  session: PostgresSession,
  options: StructureOptions,
): Promise<TakenBackup['ledger']> {
  await session.query('SAVEPOINT jem_db_ledger');
  const rows = await session.migrations(options).read();
  await session.query('ROLLBACK TO jem_db_ledger; RELEASE jem_db_ledger');
  return rows;
}
