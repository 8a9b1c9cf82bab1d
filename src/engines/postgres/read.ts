import { JemError } from '../../errors.ts';
import type { LedgerRow } from '../migrating.ts';
import type { Row } from '../values.ts';
import { readRows } from './ledger.ts';
import { serverMessage } from './server-message.ts';
import type { PostgresSession } from './session.ts';
import { sqlName, type TableName } from './table-name.ts';

/** The ledger's rows; null where it is missing. Throws `ledger-foreign` for another's table. */
export async function readLedger(
  { client, failure }: PostgresSession,
  ledgerSql: string,
): Promise<readonly LedgerRow[] | null> {
  try {
    return (await client.query<Writable<LedgerRow>>(readRows(ledgerSql))).rows;
  } catch (error) {
    if (isMissing(error)) return null;
    if (serverMessage(error)?.code === undefinedColumn) throw notOurs(ledgerSql, failure(error));
    throw failure(error);
  }
}

/** All rows of a table as they stand; null where it is missing. */
export async function readForeign(
  { client, failure }: PostgresSession,
  name: TableName,
): Promise<readonly Row[] | null> {
  try {
    return (await client.query<Record<string, unknown>>(`SELECT * FROM ${sqlName(name)}`)).rows;
  } catch (error) {
    if (isMissing(error)) return null;
    throw failure(error);
  }
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const undefinedColumn = '42703';
/** No such table, no such schema. */
const missing: ReadonlySet<string> = new Set(['42P01', '3F000']);

function isMissing(error: unknown): boolean {
  return missing.has(serverMessage(error)?.code ?? '');
}

function notOurs(table: string, cause: JemError): JemError {
  return new JemError('ledger-foreign', `The table ${table} is not a ledger of jem-db`, {
    why: 'It lacks columns that a ledger has; another tool may have made it.',
    hint: 'Name another table with --ledger-table, or take the other tool’s over: `jem-db migrate adopt`',
    ...(cause.details.original !== undefined && { original: cause.details.original }),
    cause,
  });
}
