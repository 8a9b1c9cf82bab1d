import type { PostgresSession } from './session.ts';

export interface Deferrable {
  /** As SQL has it, with its schema. */
  readonly name: string;
  readonly deferred: boolean;
}

const listSql = `
SELECT pg_catalog.format('%I.%I', n.nspname, c.conname) AS name,
  pg_catalog.bool_or(c.condeferred) AS deferred
FROM pg_catalog.pg_constraint c
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.connamespace
WHERE c.condeferrable AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
GROUP BY 1`;

/** The constraints that may be checked as late as the COMMIT. Throws JemErrors. */
export async function deferrableConstraints({
  client,
  failure,
}: PostgresSession): Promise<readonly Deferrable[]> {
  const { rows } = await client.query<Deferrable>(listSql).catch((error: unknown) => {
    throw failure(error);
  });
  return rows;
}

/**
 * Checks what was put off, as COMMIT does. By name: ALL would hold for constraints that a later
 * step makes, too.
 */
export function dueNow(constraints: readonly Deferrable[]): readonly string[] {
  return set(constraints, 'IMMEDIATE');
}

/** As they are when a transaction begins. */
export function putOffAgain(constraints: readonly Deferrable[]): readonly string[] {
  return set(
    constraints.filter(({ deferred }) => deferred),
    'DEFERRED',
  );
}

function set(
  constraints: readonly Deferrable[],
  when: 'IMMEDIATE' | 'DEFERRED',
): readonly string[] {
  if (constraints.length === 0) return [];
  return [`SET CONSTRAINTS ${constraints.map(({ name }) => name).join(', ')} ${when}`];
}
