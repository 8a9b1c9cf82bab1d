import type { Content, ContentOptions, LeftOut, TableContent } from '../../backing-up.ts';
import type { Row } from '../../values.ts';
import type { PostgresSession } from '../session.ts';
import { fingerprintSql, method } from './fingerprint.ts';
import { type Inventory, readInventory, type Table } from './inventory.ts';
import { largeObjectsSql } from './large-objects.ts';
import { pins } from './pins.ts';
import { readAll, type Reading } from './readers.ts';
import { type Snapshot, withSnapshot } from './snapshot.ts';
import { viewsLeftOut } from './views.ts';

/** What the database holds, in one snapshot. Throws as `withSnapshot`. */
export function postgresContent(
  session: PostgresSession,
  { signal, jobs, onProgress }: ContentOptions,
): Promise<Content> {
  return withSnapshot(session, signal, async (snapshot) => {
    await session.query(pins().join('; '));
    const inventory = await readInventory(session);
    const total = bytesOf(inventory);
    let done = 0;
    const onRead = (bytes: number, what: string): void => {
      done += bytes;
      onProgress({ done, total, what });
    };
    return contentOf(session, snapshot, { inventory, signal, jobs, onRead });
  });
}

export function bytesOf({ tables }: Inventory): number {
  return tables.reduce((sum, { bytes }) => sum + bytes, 0);
}

interface Contents {
  readonly inventory: Inventory;
  readonly signal: AbortSignal;
  readonly jobs: number;
  /** Told what was read just now. */
  readonly onRead: (bytes: number, what: string) => void;
}

/** The content of a snapshot that `session` holds, its transaction pinned (`pins.ts`). */
export async function contentOf(
  session: PostgresSession,
  snapshot: Snapshot,
  { inventory, signal, jobs, onRead }: Contents,
): Promise<Content> {
  const sums = inventory.tables.map((table) => ({ table, ...noSum() }));
  const largeObjects = noSum();
  const readings: Reading[] = sums.map(({ table, add }) => readingOf(table, add, onRead));
  if (inventory.largeObjects > 0)
    readings.push({ sql: largeObjectsSql, table: null, bytes: 0, done: largeObjects.add });
  await readAll(session, snapshot, readings, { jobs, signal });
  const views = await viewsLeftOut(session, inventory.views, signal);
  const tables = sums.map(({ table, sum }) => tableContent(table, sum()));
  if (inventory.largeObjects > 0) tables.push(largeObjectsContent(largeObjects.sum()));
  const leftOut = [...inventory.leftOut, ...views, serverWide];
  return { method, tables, sequences: inventory.sequences, leftOut };
}

const serverWide: LeftOut = {
  type: 'roles',
  schema: null,
  name: 'all',
  why: 'roles, their passwords and tablespaces belong to the server: pg_dumpall --globals-only',
};

function readingOf(table: Table, add: (row: Row) => void, onRead: Contents['onRead']): Reading {
  const { bytes, schema, name } = table;
  const done = (row: Row): void => {
    add(row);
    onRead(bytes, `${schema}.${name}`);
  };
  return { sql: fingerprintSql(table), table, bytes, done };
}

interface Sum {
  readonly rows: number;
  readonly hash: string;
}

/** Adds up rows of `fingerprintSql`. */
function noSum(): { readonly add: (row: Row) => void; readonly sum: () => Sum } {
  let [rows, a, b] = [0, 0n, 0n];
  return {
    add: (row) => {
      rows += Number(row['rows']);
      a += BigInt(String(row['a']));
      b += BigInt(String(row['b']));
    },
    sum: () => ({ rows, hash: hexadecimal(a) + hexadecimal(b) }),
  };
}

function hexadecimal(sum: bigint): string {
  return BigInt.asUintN(64, sum).toString(16).padStart(16, '0');
}

function tableContent(table: Table, { rows, hash }: Sum): TableContent {
  const { schema, name, partition } = table;
  const type = partition ? 'partition' : 'table';
  return { type, schema, name, rows, hash, note: noteOn(table) };
}

function noteOn({ virtual, extension, condition }: Table): string | null {
  if (extension !== null)
    return `belongs to the extension ${extension}: the rows it marks as the user's${condition ? ` (${condition.trim()})` : ''}`;
  if (virtual.length === 0) return null;
  return `without ${virtual.join(', ')}: virtual, computed when read`;
}

function largeObjectsContent({ rows, hash }: Sum): TableContent {
  return { type: 'large objects', schema: null, name: 'large objects', rows, hash, note: null };
}
