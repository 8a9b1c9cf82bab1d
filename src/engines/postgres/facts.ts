import { JemError } from '../../errors.ts';
import { lockKey } from './lock-key.ts';
import type { PostgresSession } from './session.ts';
import { sqlName, type TableName } from './table-name.ts';

/** The ledger with its schema, so that no search path can hide it. */
export interface LedgerTable {
  readonly schema: string;
  readonly table: string;
  /** As SQL has it, with its schema. */
  readonly sql: string;
  readonly exists: boolean;
  readonly schemaExists: boolean;
  readonly lockKey: bigint;
}

/** What one look at the server tells before anything is done. */
export interface Facts {
  readonly standby: boolean;
  readonly readOnly: boolean;
  /** The backend is not the one of the handshake: a pooler stands between. */
  readonly pooled: boolean;
  /** null: no schema of the search path exists, or none that this role may use. */
  readonly ledger: LedgerTable | null;
  /** Schemas of the search path that exist and that this role may not use. */
  readonly closedSchemas: readonly string[];
  readonly user: string;
  /** `app@10.0.0.7 (jem-db)`. */
  readonly appliedBy: string;
}

const lookSql = `
SELECT pg_is_in_recovery() AS standby,
  current_setting('transaction_read_only') = 'on' AS "readOnly",
  pg_backend_pid() AS pid,
  coalesce($2::text, (
    SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = to_regclass($1)), current_schema())::text AS schema,
  to_regclass($1) IS NOT NULL AS "ledgerExists",
  $2::text IS NULL OR EXISTS (SELECT FROM pg_namespace WHERE nspname = $2::text) AS "schemaExists",
  (SELECT json_agg(n.nspname)::text FROM pg_namespace n WHERE NOT has_schema_privilege(n.oid, 'USAGE')
    AND n.nspname IN (
      SELECT CASE WHEN m[2] = '$user' OR m[1] = '$user' THEN current_user ELSE coalesce(replace(m[1], '""', '"'), lower(m[2])) END
      FROM regexp_matches(current_setting('search_path'), '"((?:[^"]|"")*)"|([^[:space:],"]+)', 'g') m)
  ) AS "closedSchemas",
  session_user::text AS "user",
  coalesce(host(inet_client_addr()), 'local') AS client,
  current_setting('application_name') AS application`;

interface Look {
  readonly standby: boolean;
  readonly readOnly: boolean;
  readonly pid: number;
  readonly schema: string | null;
  readonly ledgerExists: boolean;
  readonly schemaExists: boolean;
  /** JSON; null: none. */
  readonly closedSchemas: string | null;
  readonly user: string;
  readonly client: string;
  readonly application: string;
}

/**
 * Finds out in one round trip what the server is and where the ledger lies: where it is found
 * along the search path, else in the schema where new tables go.
 */
export async function lookAround(session: PostgresSession, name: TableName): Promise<Facts> {
  const { rows } = await session.client
    .query<Look>(lookSql, [sqlName(name), name.schema])
    .catch((error: unknown) => {
      throw session.failure(error);
    });
  const look = rows[0]!;
  const application = look.application === '' ? '' : ` (${look.application})`;
  return {
    standby: look.standby,
    readOnly: look.readOnly,
    pooled: look.pid !== session.backendPid,
    ledger: look.schema === null ? null : ledgerIn(look.schema, name.table, look),
    closedSchemas: JSON.parse(look.closedSchemas ?? '[]') as string[],
    user: look.user,
    appliedBy: `${look.user}@${look.client}${application}`,
  };
}

function ledgerIn(schema: string, table: string, look: Look): LedgerTable {
  const sql = sqlName({ schema, table });
  const { ledgerExists: exists, schemaExists } = look;
  return { schema, table, sql, exists, schemaExists, lockKey: lockKey(sql) };
}

/** Throws `read-only-target` where nothing can be written. */
export function refuseReadOnly({ standby, readOnly }: Facts, display: string): void {
  if (standby)
    throw new JemError('read-only-target', `${display} is a standby: it cannot be migrated`, {
      why: 'The server is in recovery. It copies another server, and a lock taken here keeps nobody away.',
      hint: 'Name the primary; or name all servers and let jem-db find it: postgres://a,b/app?target_session_attrs=read-write',
    });
  if (readOnly)
    throw new JemError('read-only-target', `${display} accepts no writes from this connection`, {
      why: 'default_transaction_read_only is on for this role, this database or this server.',
      hint: 'Connect with the role that owns the tables, or switch it off: ALTER ROLE … SET default_transaction_read_only = off.',
    });
}
