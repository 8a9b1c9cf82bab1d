import { JemError } from '../../../errors.ts';
import type { RecordedSchema } from '../../migrating.ts';
import type { Bench } from '../bench.ts';
import type { LedgerTable } from '../facts.ts';
import { sendMessage } from '../message.ts';
import { keepToOwner } from '../own-table.ts';
import { literal } from '../quoting.ts';
import { rollBack } from '../rollback.ts';
import { sqlName } from '../table-name.ts';
import { pictureOf, type RawRows } from './picture.ts';
import { preparing, probe } from './read.ts';
import { schemaSql } from './sql.ts';

/** Counts up when what is recorded can no longer be read by the code that reads it. */
const format = '3';

/** Milliseconds: who is changing a table just now need not be waited for. */
const lockTimeout = 1000;

/**
 * Keeps what `schemaSql` answers beside the ledger, without it ever leaving the server. Nothing is
 * kept where that fails; an older one is told by the state of the ledger that it was taken of.
 * Throws the errors of a statement.
 */
export async function recordSchema(
  { session }: Pick<Bench, 'session'>,
  ledger: LedgerTable,
): Promise<void> {
  const { client, serverVersion } = session;
  const table = tableOf(ledger);
  const major = Number.parseInt(serverVersion, 10);
  try {
    const there = await probe(client, [
      // What is asked and what is kept are of one moment.
      'BEGIN ISOLATION LEVEL REPEATABLE READ',
      `SET LOCAL lock_timeout = ${lockTimeout}`,
      `CREATE TABLE IF NOT EXISTS ${table} (format text NOT NULL, recorded_at timestamptz NOT NULL, server_version text NOT NULL, ledger_state text NOT NULL, picture json NOT NULL)`,
      ...preparing({ ledgerTable: ledger.sql }),
    ]);
    await keepToOwner(session, table);
    const rows = schemaSql(major, there);
    const { error } = await sendMessage(
      client,
      [
        `DELETE FROM ${table}`,
        `INSERT INTO ${table} SELECT ${literal(format)}, pg_catalog.now(), ${literal(serverVersion)}, (${stateSql(ledger)}), (SELECT pg_catalog.json_agg(q) FROM (${rows}) q)`,
        'COMMIT',
      ].map((sql) => Buffer.from(`${sql};`)),
    );
    if (error !== null) throw session.failure(error);
  } catch (error) {
    await rollBack(client);
    throw error instanceof JemError ? error : session.failure(error);
  }
}

/** The picture kept last, where it is of the ledger as it stands and of a version that is known. */
export async function recordedSchema(
  { session }: Bench,
  ledger: LedgerTable,
): Promise<RecordedSchema | null> {
  const table = tableOf(ledger);
  const [there] = await session.query(
    `SELECT pg_catalog.to_regclass(${literal(table)}) IS NOT NULL AS there`,
  );
  if (there?.['there'] !== true) return null;
  const [row] = await session.query(
    `SELECT server_version, picture::text AS picture,
      to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS recorded_at
    FROM ${table} WHERE format = ${literal(format)} AND ledger_state = (${stateSql(ledger)})`,
  );
  if (!row) return null;
  const raw = JSON.parse(String(row['picture'])) as RawRows;
  return {
    schema: pictureOf(raw, String(row['server_version'])),
    recordedAt: String(row['recorded_at']),
  };
}

function tableOf({ schema, table }: LedgerTable): string {
  return sqlName({ schema, table: `${table}_schema` });
}

/** Names and checksums of all that is applied, as one short text. */
function stateSql({ sql }: LedgerTable): string {
  return `SELECT pg_catalog.md5(coalesce(pg_catalog.string_agg(name || ' ' || checksum, E'\\n' ORDER BY name COLLATE "C"), '')) FROM ${sql}`;
}
