import { type Client, Query } from 'pg';
import { JemError } from '../../../errors.ts';
import type { Schema, SchemaOptions } from '../../schema.ts';
import { literal } from '../quoting.ts';
import { withHolders } from '../blockers.ts';
import { sendMessage } from '../message.ts';
import { inTransaction, rollBack } from '../rollback.ts';
import type { PostgresSession } from '../session.ts';
import { leftSetting } from './catalog.ts';
import { lookOut } from './lookout.ts';
import { openPicture, type Picture } from './picture.ts';
import type { There } from './kind.ts';
import { perhaps, probeSql, thereIs } from './probe.ts';
import type { RawRow } from './rows.ts';
import { schemaSql, schemaStatements } from './sql.ts';
import { parseTableName } from '../table-name.ts';

/** How long a look into the catalog may wait for who is changing a table: milliseconds. */
const lockTimeout = 1000;

/**
 * Reads the schema as it is at one moment: in a transaction that sees only that, or, where one is
 * open already, in one statement. Some functions of the catalog open the table they speak of and
 * wait where it is being changed: for a moment only.
 */
export async function readPostgresSchema(
  session: PostgresSession,
  options: SchemaOptions,
): Promise<Schema> {
  const { client, serverVersion } = session;
  options.signal.throwIfAborted();
  const major = Number.parseInt(serverVersion, 10);
  if (major < 14)
    throw new JemError('schema-unreadable', `PostgreSQL ${serverVersion} is too old for this`, {
      why: 'Schemas are read from the catalogs of PostgreSQL 14 and newer.',
    });
  const open = inTransaction(client);
  const stop = (): void => void session.cancel();
  options.signal.addEventListener('abort', stop, { once: true });
  await using lookout = lookOut(session, lockTimeout);
  try {
    const picture = openPicture();
    const read = open ? readInside : readAlone;
    await read(client, major, preparing(options), picture);
    return picture.whole(serverVersion);
  } catch (error) {
    if (open) await sendMessage(client, [Buffer.from(`ROLLBACK TO ${savepoint}`)]);
    else await rollBack(client);
    options.signal.throwIfAborted();
    throw withHolders(session.failure(error), await lookout.holders());
  } finally {
    options.signal.removeEventListener('abort', stop);
  }
}

type Read = (
  client: Client,
  major: number,
  prepare: readonly string[],
  picture: Picture,
) => Promise<void>;

const readAlone: Read = async (client, major, prepare, picture) => {
  const there = await probe(client, [snapshot, ...prepare]);
  await readRows(client, [...schemaStatements(major, there), 'COMMIT'], picture);
};

const readInside: Read = (client, major, prepare, picture) =>
  readRows(
    client,
    [
      `SAVEPOINT ${savepoint}`,
      ...prepare,
      schemaSql(major, perhaps),
      `ROLLBACK TO ${savepoint}`,
      `RELEASE ${savepoint}`,
    ],
    picture,
  );

/** What begins a transaction whose statements all see the same moment. */
const snapshot = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** Asks what is there, behind the statements that prepare for it. */
export async function probe(client: Client, statements: readonly string[]): Promise<There> {
  let probed: string | null = null;
  await streamRows(client, [...statements, probeSql], (row) => {
    if ('probed' in row) probed = String(row['probed']);
  });
  return probed === null ? perhaps : thereIs(probed);
}

/** What is there is taken up while the server looks for the rest. */
function readRows(client: Client, statements: readonly string[], picture: Picture): Promise<void> {
  return streamRows(client, statements, (row) => {
    if ('kind' in row) picture.add(row as unknown as RawRow);
  });
}

/** Sends statements as one message, and hands over each row as it comes. */
function streamRows(
  client: Client,
  statements: readonly string[],
  onRow: (row: Readonly<Record<string, unknown>>) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = new Query<Record<string, unknown>>(statements.join(';\n'));
    const take = (row: Record<string, unknown>): void => {
      try {
        onRow(row);
      } catch (error) {
        // pg hands rows over from within the socket, where nobody would catch it.
        reject(error);
      }
    };
    query
      .on('row', take)
      .on('end', () => resolve())
      .on('error', reject);
    client.query(query);
  });
}

const savepoint = 'jem_db_schema';

/** What the query of `schemaSql` needs of its transaction; the search path last. */
export function preparing({ ledgerTable }: Pick<SchemaOptions, 'ledgerTable'>): string[] {
  const { schema, table } = parseTableName(ledgerTable);
  const names = [table, `${table}_schema`, `${table}_runner`].map(literal).join(', ');
  const visible = (oid: string): string => `pg_catalog.pg_table_is_visible(${oid})`;
  // A role that may not use the schema sees none of that name, and leaves out all of them.
  const place =
    schema === null
      ? `(${visible('c.oid')} OR NOT EXISTS (SELECT FROM pg_catalog.pg_class v WHERE v.relname = c.relname AND ${visible('v.oid')}))`
      : `c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = ${literal(schema)})`;
  return [
    leaveOut(`c.relkind IN ('r', 'p') AND c.relname IN (${names}) AND ${place}`),
    `SET LOCAL lock_timeout = ${lockTimeout}`,
    // Compiling a query this long costs more than running it.
    'SET LOCAL jit = off',
    // A name is then printed with its schema, whoever asks.
    `SET LOCAL search_path = ''`,
  ];
}

/** Hands the ledger's tables, those of extensions, and what belongs to either to the queries. */
function leaveOut(isLedger: string): string {
  const [relations, extensions] = ['pg_class', 'pg_extension'].map(
    (catalog) => `'pg_catalog.${catalog}'::pg_catalog.regclass`,
  );
  return `
    WITH left_table AS MATERIALIZED (
      SELECT c.oid FROM pg_catalog.pg_class c WHERE ${isLedger}
      UNION SELECT e.objid FROM pg_catalog.pg_depend e
        WHERE e.refclassid = ${extensions} AND e.deptype = 'e' AND e.classid = ${relations}
    ), left_out AS (
      SELECT t.oid FROM left_table t
      UNION ALL SELECT i.indexrelid FROM left_table t JOIN pg_catalog.pg_index i ON i.indrelid = t.oid
      UNION ALL SELECT d.objid FROM left_table t
        JOIN pg_catalog.pg_depend d ON d.refclassid = ${relations} AND d.refobjid = t.oid
        JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
      WHERE d.classid = ${relations} AND d.deptype IN ('a', 'i')
    )
    SELECT pg_catalog.set_config('${leftSetting}',
      coalesce((SELECT pg_catalog.string_agg(l.oid::pg_catalog.text, ',') FROM left_out l), ''), true)`;
}
