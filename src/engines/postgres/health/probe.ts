import type { QueryResult } from 'pg';
import { JemError } from '../../../errors.ts';
import type { Finding, HealthOptions, HealthProbe, NotApplicable } from '../../health.ts';
import type { Row } from '../../values.ts';
import { identifier } from '../quoting.ts';
import { rollBack } from '../rollback.ts';
import type { PostgresSession } from '../session.ts';
import type { PostgresCheck } from './check.ts';
import { postgresChecks } from './checks.ts';
import { type HealthFacts, healthFacts } from './facts.ts';
import { metricsOf, metricsSql } from './metrics.ts';

/** Looks at the health of a database. Throws what a session throws. */
export async function postgresProbe(
  session: PostgresSession,
  options: HealthOptions,
): Promise<HealthProbe> {
  const facts = await healthFacts(session, options);
  return {
    async metrics() {
      const { rows } = await ask(session, [metricsSql(facts)], options);
      return metricsOf(String(rows[0]?.['counted']), facts);
    },
    async bounded(body) {
      try {
        await session.query(begin(options).join(';\n'));
        return await body();
      } finally {
        await rollBack(session.client);
      }
    },
    async look(id, thresholds) {
      const check = postgresChecks.find((one) => one.id === id)!;
      const closed = whyNot(check, facts);
      if (closed) return closed;
      const sql = check.sql(facts);
      if (typeof sql !== 'string') return sql;
      try {
        const { rows, notices } = await ask(
          session,
          [...(check.before?.(facts) ?? []), sql],
          options,
        );
        return await check.judge(rows, facts, thresholds, notices);
      } catch (error) {
        return unknownBecause(error, check, facts);
      }
    },
  };
}

function whyNot(check: PostgresCheck, facts: HealthFacts): NotApplicable | Finding | null {
  if (facts.major < (check.since ?? 0))
    return { notApplicable: `before PostgreSQL ${check.since}` };
  if (check.on === 'primary' && facts.standby) return { notApplicable: 'a standby' };
  if (check.on === 'standby' && !facts.standby) return { notApplicable: 'not a standby' };
  if (check.silentWithout && !facts.may.superuser && !facts.may[check.silentWithout])
    return unseen(check, facts, `${facts.user} is shown a part of it only`);
  return null;
}

/** One message, one round trip: settings of a transaction hold behind a pooler too. */
async function ask(
  { client, failure }: PostgresSession,
  asked: readonly string[],
  options: HealthOptions,
): Promise<{ readonly rows: readonly Row[]; readonly notices: readonly string[] }> {
  const notices: string[] = [];
  const hear = ({ message }: { readonly message?: string | undefined }): void => {
    notices.push(message ?? '');
  };
  const statements = [
    ...begin(options),
    // Compiling such a query takes longer than running it.
    'SET LOCAL jit = off',
    // What a role or a database sets for itself must not change what a catalog's name means.
    'SET LOCAL search_path = pg_catalog',
    ...asked,
    // It wrote nothing; a ROLLBACK would count among those of the application.
    'COMMIT',
  ];
  client.on('notice', hear);
  try {
    const results: unknown = await client.query(statements.join(';\n'));
    return { rows: (results as readonly QueryResult<Row>[]).at(-2)?.rows ?? [], notices };
  } catch (error) {
    await rollBack(client);
    throw failure(error);
  } finally {
    client.off('notice', hear);
  }
}

function begin({ statementTimeout, lockTimeout }: HealthOptions): readonly string[] {
  return [
    'BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ ONLY',
    `SET LOCAL statement_timeout = ${statementTimeout}`,
    `SET LOCAL lock_timeout = ${lockTimeout}`,
  ];
}

/** Throws on where nothing can be asked any more. */
function unknownBecause(error: unknown, check: PostgresCheck, facts: HealthFacts): Finding {
  if (!(error instanceof JemError)) throw error;
  if (error.code === 'permission-denied') return unseen(check, facts, `${facts.user} may not look`);
  if (error.class === 'lock_conflict' || error.code === 'query-timeout')
    return unknown(
      error.code === 'query-timeout'
        ? 'the server did not answer in time'
        : 'a lock is in the way, and health waits for none',
      'Look at the checks of locks; run it again when they are gone.',
    );
  if (
    error.class === 'connection_lost' ||
    error.class === 'interrupted' ||
    error.class === 'not_ready'
  )
    throw error;
  return unknown(error.message, error.details.hint ?? null);
}

function unseen({ needs }: PostgresCheck, { user }: HealthFacts, why: string): Finding {
  return unknown(
    why,
    needs === undefined
      ? null
      : needs.includes('{role}')
        ? needs.replaceAll('{role}', identifier(user))
        : needs.startsWith('GRANT')
          ? needs
          : `GRANT ${needs} TO ${identifier(user)};`,
  );
}

function unknown(summary: string, hint: string | null): Finding {
  return { status: 'unknown', value: null, summary, hint };
}
