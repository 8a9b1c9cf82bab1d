import type { AcceptedFile, LedgerChange, NewLedgerRow } from '../migrating.ts';
import type { LedgerTable } from './facts.ts';
import { identifier, keptText, literal } from './quoting.ts';

/** Milliseconds since the transaction began, as SQL that no search path can bend. */
export const elapsed =
  "pg_catalog.round(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) pg_catalog.transaction_timestamp()) OPERATOR(pg_catalog.*) 1000)::bigint";

const named = (name: string): string => `name OPERATOR(pg_catalog.=) ${literal(name)}`;

/** Statements that create the ledger, and its schema where that is missing too. */
export function createLedger({ schema, sql, schemaExists }: LedgerTable): string[] {
  return [
    ...(schemaExists ? [] : [`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`]),
    `CREATE TABLE IF NOT EXISTS ${sql} (
  name text PRIMARY KEY,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL,
  duration_ms bigint NOT NULL,
  tool_version text NOT NULL,
  applied_by text NOT NULL,
  statements_done integer,
  file_gone boolean NOT NULL,
  up_sql text,
  down_sql text)`,
    `COMMENT ON TABLE ${sql} IS 'What jem-db has migrated: one row for each migration.'`,
  ];
}

/** All rows as `LedgerRow`; the order of the contract. */
export function readRows(ledgerSql: string): string {
  return `SELECT name, checksum,
  to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "appliedAt",
  duration_ms::float8 AS "durationMs", tool_version AS "toolVersion", applied_by AS "appliedBy",
  statements_done AS "statementsDone", file_gone AS "fileGone"
FROM ${ledgerSql} ORDER BY applied_at, name COLLATE "C"`;
}

export function readTexts({ sql }: LedgerTable, name: string): string {
  return `SELECT up_sql AS "upSql", down_sql AS "downSql" FROM ${sql} WHERE ${named(name)}`;
}

/** True where a change is in the ledger already: somebody else was quicker. */
export function changeIsDone({ sql }: LedgerTable, change: LedgerChange): string {
  return change.kind === 'insert'
    ? `SELECT EXISTS (SELECT FROM ${sql} WHERE ${named(change.row.name)} AND statements_done IS NULL) AS done`
    : `SELECT NOT EXISTS (SELECT FROM ${sql} WHERE ${named(change.name)}) AS done`;
}

export interface Written {
  readonly appliedBy: string;
  /** Milliseconds, as SQL. */
  readonly duration: string;
}

/** The row of an earlier try that stopped half-way, out of the way of the whole one. */
export function deleteUnfinished({ sql }: LedgerTable, name: string): string {
  return `DELETE FROM ${sql} WHERE ${named(name)} AND statements_done IS NOT NULL`;
}

export function insertRow(
  { sql }: LedgerTable,
  row: NewLedgerRow,
  { appliedBy, duration }: Written,
): string {
  const values = [
    literal(row.name),
    literal(row.checksum),
    'pg_catalog.clock_timestamp()',
    duration,
    literal(row.toolVersion),
    literal(appliedBy),
    row.statementsDone === null ? 'NULL' : String(row.statementsDone),
    'false',
    keptText(row.upSql),
    keptText(row.downSql),
  ];
  return `INSERT INTO ${sql} (name, checksum, applied_at, duration_ms, tool_version, applied_by, statements_done, file_gone, up_sql, down_sql) VALUES (${values.join(', ')})`;
}

/** As `insertRow`, over the row of an earlier try. */
export function putRow(ledger: LedgerTable, row: NewLedgerRow, written: Written): string {
  const columns = ['checksum', 'applied_at', 'duration_ms', 'tool_version', 'applied_by'];
  const all = [...columns, 'statements_done', 'file_gone', 'up_sql', 'down_sql'];
  const update = all.map((column) => `${column} = excluded.${column}`).join(', ');
  return `${insertRow(ledger, row, written)} ON CONFLICT (name) DO UPDATE SET ${update}`;
}

export function deleteRow({ sql }: LedgerTable, name: string): string {
  return `DELETE FROM ${sql} WHERE ${named(name)}`;
}

/** Marks a row as half reverted. */
export function markReverting({ sql }: LedgerTable, name: string, done: number): string {
  return `UPDATE ${sql} SET statements_done = ${-done} WHERE ${named(name)}`;
}

export function acceptFile({ sql }: LedgerTable, name: string, accepted: AcceptedFile): string {
  const { checksum, fileGone, upSql, downSql } = accepted;
  const values = [
    `checksum = ${literal(checksum)}`,
    `file_gone = ${fileGone}`,
    `up_sql = ${keptText(upSql)}`,
    `down_sql = ${keptText(downSql)}`,
    ...(accepted.name === undefined ? [] : [`name = ${literal(accepted.name)}`]),
  ];
  return `UPDATE ${sql} SET ${values.join(', ')} WHERE ${named(name)}`;
}
